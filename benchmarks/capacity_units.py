"""What an item costs at DynamoDB.

Source: Amazon DynamoDB Developer Guide, "DynamoDB item sizes and formats" and "DynamoDB read and write operations".
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096


def write_units(item: Mapping[str, Any]) -> int:
    """Return the units of writing an item: one for each KB begun."""
    return math.ceil(item_bytes(item) / WRITE_UNIT_BYTES)


def read_units(item: Mapping[str, Any] | None, *, consistent: bool) -> float:
    """Return the units of reading an item: one for each 4 KB begun, half of it if eventually consistent.

    Looking for an item that is not there costs as much as the smallest one.
    """
    units = 1 if item is None else math.ceil(item_bytes(item) / READ_UNIT_BYTES)
    return units if consistent else units / 2


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return the size of an item, typed as boto3's client has it: its attributes' names and values."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((tag, content),) = value.items()
    return _BYTES[tag](content)


def _number_bytes(text: str) -> int:
    """Return about 1 byte for two significant digits, and 1 more, or 2 for a negative number."""
    digits = text.lstrip("-").partition("e")[0].partition("E")[0].replace(".", "").strip("0")
    return math.ceil(len(digits) / 2) + 1 + text.startswith("-")


def _map_bytes(content: Mapping[str, Mapping[str, Any]]) -> int:
    return 3 + sum(1 + len(name.encode()) + _value_bytes(value) for name, value in content.items())


_BYTES: Mapping[str, Callable[[Any], int]] = {
    "S": lambda text: len(text.encode()),
    "N": _number_bytes,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "M": _map_bytes,
    "L": lambda values: 3 + sum(1 + _value_bytes(value) for value in values),
    "SS": lambda texts: sum(len(text.encode()) for text in texts),
    "NS": lambda numbers: sum(map(_number_bytes, numbers)),
    "BS": lambda values: sum(map(len, values)),
}
