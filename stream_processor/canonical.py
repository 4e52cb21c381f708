r"""The canonical form of an image: one text for one value, so that a hash of it says whether two images are equal.

It is DynamoDB's typed JSON in UTF-8, without white space, with every freedom taken away:

| value      | canonical text                                                                                  |
|------------|-------------------------------------------------------------------------------------------------|
| string     | `{"S":"..."}`; escaped are only `"`, `\` and U+0000..U+001F (`\b \f \n \r \t`, the rest `\u00xx`) |
| number     | `{"N":"..."}`: the digits without zeros at either end, then `E` and the power of ten if not 0   |
| binary     | `{"B":"..."}`, base64 with padding                                                              |
| true, null | `{"BOOL":true}`, `{"NULL":true}`                                                                |
| map, list  | `{"M":{...}}`, `{"L":[...]}`; names of a map sorted by code point                               |
| set        | `{"SS":[...]}` sorted by code point, `{"NS":[...]}` by value, `{"BS":[...]}` by bytes           |

An image is `{name:value,...}`, names sorted by code point. So 1.50 is `{"N":"15E-1"}`, 1200 is `{"N":"12E2"}`, -0 is
`{"N":"0"}`. Numbers are never rounded. Different values have different texts: the type stands in the text, and each
type's form can be read back.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any

from stream_processor.attribute_values import AttributeValue

TEXTS_KEPT = 1024
"""Texts of numbers and of attribute names made lately: the same ones come again and again."""
SHORT_CHARACTERS = 64
"""Up to this length the standard encoder is faster than looking first whether there is anything to escape."""

_ESCAPED = bytes((*range(0x20), ord('"'), ord("\\")))


def image_hash(attributes: Mapping[str, str]) -> str:
    """Return the SHA-256, in hexadecimal, of the image whose attributes `canonical_attributes` gave."""
    return text_hash(canonical_image(attributes))


def text_hash(text: str) -> str:
    """Return the SHA-256, in hexadecimal, of a canonical text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical_image(attributes: Mapping[str, str]) -> str:
    """Return the canonical text of the image whose attributes `canonical_attributes` gave."""
    return "{" + ",".join([_name(name) + attributes[name] for name in sorted(attributes)]) + "}"


def canonical_attributes(image: Mapping[str, AttributeValue]) -> dict[str, str]:
    """Return the canonical text of each attribute of an image."""
    return {name: _TEXTS[type(value)](value) for name, value in image.items()}


def canonical_pair(
    old: Mapping[str, AttributeValue] | None, new: Mapping[str, AttributeValue] | None
) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """Return `canonical_attributes` of both images of a change; what an edit leaves as it was is written once."""
    if old is None or new is None:
        return (
            None if old is None else canonical_attributes(old),
            None if new is None else canonical_attributes(new),
        )
    old_texts = canonical_attributes(old)
    new_texts = {}
    for name, value in new.items():
        kind = type(value)
        # Equal values of one type have one text; in maps and lists, though, True equals 1.
        same = name in old and type(old[name]) is kind and kind not in _NESTED and old[name] == value
        new_texts[name] = old_texts[name] if same else _TEXTS[kind](value)
    return old_texts, new_texts


def canonical_value(value: AttributeValue) -> str:
    """Return the canonical text of one attribute value.

    Raises:
        ValueError: an empty set: it has no type, and DynamoDB stores none.

    """
    return _TEXTS[type(value)](value)


def canonical_number(number: Decimal) -> str:
    """Return a number's only text: no zeros at either end of the digits, the power of ten apart.

    >>> canonical_number(Decimal("-0012.500e3"))
    '-125E2'
    """
    if not number:
        return "0"
    text = str(number)
    if text.isdecimal() and text[-1] != "0":
        return text
    sign, digits, exponent = number.as_tuple()
    text = "".join(map(str, digits))
    stripped = text.rstrip("0")
    power = int(exponent) + len(text) - len(stripped)
    return f"{'-' if sign else ''}{stripped}{f'E{power}' if power else ''}"


def _string(value: str) -> str:
    return f'{{"S":{_quoted(value)}}}'


def _quoted(value: str) -> str:
    if len(value) > SHORT_CHARACTERS and value.isascii():
        content = value.encode()
        if len(content.translate(None, _ESCAPED)) == len(content):
            return f'"{value}"'
    return encode_basestring(value)


@lru_cache(TEXTS_KEPT)
def _name(name: str) -> str:
    return f"{encode_basestring(name)}:"


@lru_cache(TEXTS_KEPT)
def _number(value: Decimal) -> str:
    return f'{{"N":"{canonical_number(value)}"}}'


def _binary(value: bytes) -> str:
    return f'{{"B":"{b64encode(value).decode()}"}}'


def _bool(value: bool) -> str:  # noqa: FBT001 - the value itself
    return '{"BOOL":true}' if value else '{"BOOL":false}'


def _null(_: None) -> str:
    return '{"NULL":true}'


def _map(value: dict[str, AttributeValue]) -> str:
    return '{"M":' + canonical_image(canonical_attributes(value)) + "}"


def _list(value: list[AttributeValue]) -> str:
    return '{"L":[' + ",".join([_TEXTS[type(member)](member) for member in value]) + "]}"


def _set(value: frozenset[Any]) -> str:
    if not value:
        raise ValueError("an empty set has no canonical form")
    tag, text = _SET_MEMBERS[type(next(iter(value)))]
    return f'{{"{tag}":[{",".join(map(text, sorted(value)))}]}}'


_TEXTS: Mapping[type, Callable[[Any], str]] = {
    str: _string,
    Decimal: _number,
    bytes: _binary,
    bool: _bool,
    type(None): _null,
    dict: _map,
    list: _list,
    frozenset: _set,
}
_NESTED = frozenset((dict, list))
_SET_MEMBERS: Mapping[type, tuple[str, Callable[[Any], str]]] = {
    str: ("SS", encode_basestring),
    Decimal: ("NS", lambda member: f'"{canonical_number(member)}"'),
    bytes: ("BS", lambda member: f'"{b64encode(member).decode()}"'),
}
