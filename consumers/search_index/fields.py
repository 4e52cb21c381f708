"""What can be searched: the fields taken from a document. To change what is found and how, change this file.

An attribute that is not of its field's type is left out of that field, never a conflict: it stands in `document`
all the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stream_processor.attribute_values import AttributeValue, Image
from stream_processor.plain_json import Plain

END_OF_TIME_MS = 253_402_300_800_000
"""The year 10000: later is no time that somebody meant."""
MAX_KEYWORD_CHARACTERS = 8191
"""A keyword holds at most 32,766 bytes, 4 a character; a longer one is kept, but not indexed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One searchable field; its name is the attribute's.

    Attributes:
        mapping: the field's OpenSearch mapping.
        take: the attribute's value as the field holds it; None where the type is another one.

    """

    mapping: Mapping[str, Any]
    take: Callable[[AttributeValue], Plain]


def text(value: AttributeValue) -> Plain:
    """Take a string."""
    return value if isinstance(value, str) else None


def texts(value: AttributeValue) -> Plain:
    """Take a set or list of strings."""
    if isinstance(value, frozenset | list) and all(isinstance(member, str) for member in value):
        members = [str(member) for member in value]
        return [*(sorted(members) if isinstance(value, frozenset) else members)]
    return None


def milliseconds(value: AttributeValue) -> Plain:
    """Take a whole number of milliseconds since 1970."""
    if isinstance(value, Decimal) and 0 <= value < END_OF_TIME_MS and value == int(value):
        return int(value)
    return None


def seconds(value: AttributeValue) -> Plain:
    """Take a whole number of seconds since 1970."""
    if isinstance(value, Decimal) and 0 <= value < END_OF_TIME_MS // 1000 and value == int(value):
        return int(value)
    return None


_TEXT = {"type": "text", "analyzer": "english"}
_KEYWORD = {"type": "keyword", "ignore_above": MAX_KEYWORD_CHARACTERS}

FIELDS: Mapping[str, Field] = {
    "title": Field(mapping=_TEXT, take=text),
    "body": Field(mapping=_TEXT, take=text),
    "tags": Field(mapping=_KEYWORD, take=texts),
    "author": Field(mapping=_KEYWORD, take=text),
    "edited_by": Field(mapping=_KEYWORD, take=text),
    "written_at_ms": Field(mapping={"type": "date", "format": "epoch_millis"}, take=milliseconds),
    "expires_at": Field(mapping={"type": "date", "format": "epoch_second"}, take=seconds),
}


def searchable(image: Image) -> dict[str, Plain]:
    """Return the searchable fields of an image."""
    fields = {name: field.take(image[name]) for name, field in FIELDS.items() if name in image}
    return {name: value for name, value in fields.items() if value is not None}
