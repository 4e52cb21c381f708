"""An image as plain JSON, for sinks and clients that do not know DynamoDB's types.

| attribute | plain JSON                                                                                       |
|-----------|--------------------------------------------------------------------------------------------------|
| number    | an integer within +-(2**53 - 1), or a float that is exactly this decimal; else its text          |
| binary    | base64 text                                                                                      |
| set       | a sorted list                                                                                    |
| the rest  | as one expects                                                                                   |

A number that JSON readers would round thus keeps its digits, at the price of its type.
"""

from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from stream_processor.attribute_values import AttributeValue

MAX_SAFE_INTEGER = 2**53 - 1

type Plain = str | int | float | bool | list[Plain] | dict[str, Plain] | None


def plain_image(image: Mapping[str, AttributeValue]) -> dict[str, Plain]:
    """Return an image as plain JSON."""
    return {name: plain(value) for name, value in image.items()}


def plain(value: AttributeValue) -> Plain:
    """Return one attribute value as plain JSON."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, frozenset):
        return [plain(member) for member in sorted(cast("frozenset[str]", value))]
    if isinstance(value, list):
        return [plain(member) for member in value]
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return value


def plain_number(number: Decimal) -> int | float | str:
    """Return a number in the closest JSON form that loses no digit."""
    if number == number.to_integral_value():
        return int(number) if abs(number) <= MAX_SAFE_INTEGER else str(number)
    as_float = float(number)
    return as_float if Decimal(repr(as_float)) == number else str(number)
