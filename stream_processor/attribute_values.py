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

This is the hottest code of the stream function. Values are decoded by a table from tag to decoder, in one
comprehension per image; only when that fails does a second look find out what is wrong, for the error.
"""

from base64 import b64decode
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
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

type _Decoder = Callable[[Any], AttributeValue]
type _Decoders = Mapping[str, _Decoder]

_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, InvalidOperation)
"""What the table's decoders raise for content that does not fit."""


class UndecodableError(ValueError):
    """A value is not DynamoDB's typed JSON; the message says where and why."""


def decode_image(raw: Any) -> dict[str, AttributeValue]:
    """Decode an item (attribute name -> typed value).

    Raises:
        UndecodableError: naming the attribute that is wrong.

    """
    try:
        return _decode_attributes(raw)
    except _MALFORMED:
        raise UndecodableError(_what_is_wrong(raw)) from None


def decode_value(raw: Any) -> AttributeValue:
    """Decode one typed value.

    Raises:
        UndecodableError: an unknown type tag, or content that does not fit its tag.

    """
    try:
        (tag,) = raw
        return _VALUES[tag](raw[tag])
    except UndecodableError:
        raise
    except _MALFORMED:
        raise UndecodableError(_what_is_wrong_with_value(raw)) from None


def _what_is_wrong(raw: Any) -> str:
    if not isinstance(raw, dict):
        return f"an image is a JSON object, not {type(raw).__name__}"
    for name, value in raw.items():
        try:
            decode_value(value)
        except UndecodableError as error:
            return f"attribute {name!r}: {error}"
    return "not DynamoDB's typed JSON"


def _what_is_wrong_with_value(raw: Any) -> str:
    if not isinstance(raw, dict) or len(raw) != 1:
        return "a typed value is an object with one key, its type tag"
    ((tag, content),) = raw.items()
    if tag not in _VALUES:
        return f"unknown type tag {tag!r}"
    return f"type tag {tag!r} with content that does not fit it ({type(content).__name__})"


def _number(content: str) -> Decimal:
    if content.strip("0123456789.-+eE"):  # Decimal itself takes more: NaN, Infinity, 1_000, other scripts' digits
        raise ValueError
    return Decimal(content)


def _binary(content: str) -> bytes:
    return b64decode(_text(content), validate=True)


def _bool(content: object) -> bool:
    if content is True or content is False:
        return content
    raise TypeError


def _null(content: object) -> None:
    if content is not True:
        raise TypeError


_text: Callable[[Any], str] = str.__str__
"""Returns a string as it is; raises TypeError for anything else."""


def _set_of[T](decode: Callable[[Any], T]) -> Callable[[Any], frozenset[T]]:
    def decode_set(content: object) -> frozenset[T]:
        if type(content) is not list or not content:
            raise TypeError
        return frozenset(map(decode, content))

    return decode_set


_SCALARS_AND_SETS: _Decoders = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": _bool,
    "NULL": _null,
    "SS": _set_of(_text),
    "NS": _set_of(_number),
    "BS": _set_of(_binary),
}


def _map_of(decoders: _Decoders) -> Callable[[Any], dict[str, AttributeValue]]:
    def decode_map(content: Any) -> dict[str, AttributeValue]:
        # `(tag,)` also sees to it that each value has one type tag and no more.
        return {name: decoders[tag](value[tag]) for name, value in content.items() for (tag,) in (value,)}

    return decode_map


def _list_of(decoders: _Decoders) -> Callable[[Any], list[AttributeValue]]:
    def decode_list(content: object) -> list[AttributeValue]:
        if type(content) is not list:
            raise TypeError
        return [decoders[tag](value[tag]) for value in content for (tag,) in (value,)]

    return decode_list


def _too_deep(_: object) -> AttributeValue:
    raise UndecodableError(f"nested deeper than {MAX_DEPTH} levels")


def _levels() -> list[_Decoders]:
    """Return the decoders of each level of nesting, the outermost first."""
    levels: list[_Decoders] = [{**_SCALARS_AND_SETS, "M": _too_deep, "L": _too_deep}]
    for _ in range(MAX_DEPTH):
        levels.append({**_SCALARS_AND_SETS, "M": _map_of(levels[-1]), "L": _list_of(levels[-1])})
    return levels[::-1]


_VALUES = _levels()[0]
_decode_attributes = _map_of(_VALUES)
