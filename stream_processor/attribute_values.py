"""DynamoDB's typed JSON (``{"S": "..."}``, ``{"N": "..."}``) as exact Python values.

| tag      | Python value            |
|----------|-------------------------|
| S        | str                     |
| N        | Decimal (38 digits fit) |
| B        | bytes                   |
| BOOL     | bool                    |
| NULL     | None                    |
| M, L     | dict, list              |
| SS NS BS | frozenset               |

boto3's ``TypeSerializer`` turns each of these back into what came in.
"""

import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

type AttributeValue = (
    str
    | Decimal
    | bytes
    | bool
    | list[AttributeValue]
    | dict[str, AttributeValue]
    | frozenset[str]
    | frozenset[Decimal]
    | frozenset[bytes]
    | None
)
type Image = Mapping[str, AttributeValue]

MAX_DEPTH = 32
"""Levels of nesting that DynamoDB stores (Amazon DynamoDB Developer Guide, "Constraints: data types")."""

_is_number = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII).fullmatch


class UndecodableError(ValueError):
    """A value is not DynamoDB's typed JSON; the message says where and why."""


def decode_image(raw: object) -> dict[str, AttributeValue]:
    """Decode an item (attribute name -> typed value).

    Raises:
        UndecodableError: naming the attribute that is wrong.

    """
    if type(raw) is not dict:
        raise UndecodableError(f"an image is a JSON object, not {type(raw).__name__}")
    image: dict[str, AttributeValue] = {}
    for name, value in raw.items():
        try:
            image[name] = decode_value(value, MAX_DEPTH)
        except UndecodableError as error:
            raise UndecodableError(f"attribute {name!r}: {error}") from None
    return image


def decode_value(raw: Any, depth: int = MAX_DEPTH) -> AttributeValue:
    """Decode one typed value with at most `depth` further levels of nesting.

    Raises:
        UndecodableError: an unknown type tag, or content that does not fit its tag.

    """
    if type(raw) is not dict or len(raw) != 1:
        raise UndecodableError("a typed value is an object with one key, its type tag")
    ((tag, content),) = raw.items()
    if tag == "S" and type(content) is str:
        return content
    if tag == "N" and type(content) is str and _is_number(content):
        return Decimal(content)
    if tag in ("M", "L"):
        return _decode_nested(tag, content, depth - 1)
    decode = _SCALARS.get(tag)
    if decode is None:
        raise UndecodableError(_misfit(tag, content) if tag in ("S", "N") else f"unknown type tag {tag!r}")
    try:
        return decode(content)
    except (TypeError, ValueError):
        raise UndecodableError(_misfit(tag, content)) from None


def _decode_nested(tag: str, content: object, depth: int) -> AttributeValue:
    if depth < 0:
        raise UndecodableError(f"nested deeper than {MAX_DEPTH} levels")
    if tag == "M" and type(content) is dict:
        return {name: decode_value(value, depth) for name, value in content.items()}
    if tag == "L" and type(content) is list:
        return [decode_value(value, depth) for value in content]
    raise UndecodableError(_misfit(tag, content))


def _misfit(tag: str, content: object) -> str:
    return f"type tag {tag!r} with content that does not fit it ({type(content).__name__})"


def _bool(content: object) -> bool:
    if type(content) is not bool:
        raise TypeError
    return content


def _null(content: object) -> None:
    if content is not True:
        raise TypeError


def _text(content: object) -> str:
    if type(content) is not str:
        raise TypeError
    return content


def _number(content: object) -> Decimal:
    if type(content) is not str or not _is_number(content):
        raise TypeError
    return Decimal(content)


def _binary(content: object) -> bytes:
    return b64decode(_text(content), validate=True)


def _set_of[T](decode: Callable[[object], T]) -> Callable[[object], frozenset[T]]:
    def decode_set(content: object) -> frozenset[T]:
        if type(content) is not list or not content:
            raise TypeError
        return frozenset(map(decode, content))

    return decode_set


_SCALARS: Mapping[str, Callable[[object], AttributeValue]] = {
    "B": _binary,
    "BOOL": _bool,
    "NULL": _null,
    "SS": _set_of(_text),
    "NS": _set_of(_number),
    "BS": _set_of(_binary),
}
