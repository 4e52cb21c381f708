"""An index entry: what the index holds of a document.

============  =======================================================================================
order_key     text form of the change that the entry shows; greater is newer
title, ...    the searchable fields (`consumers.search_index.fields`), where the document has them
document      the rest of the image as plain JSON (`stream_processor.plain_json`), not indexed: any
              content fits. What a field holds as it is does not stand here again
deleted       true: the document is gone; such an entry has an order key and a time, nothing else
deleted_at    when it was deleted, milliseconds since 1970
============  =======================================================================================

The last two make a tombstone, which stops an older change that arrives late from bringing the document back.
Searches do not see it: the alias filters it out.
"""

from collections.abc import Mapping
from typing import Any

from consumers.search_index.fields import FIELDS, searchable
from stream_processor.attribute_values import Image
from stream_processor.change import Change
from stream_processor.plain_json import Plain, plain_image

MAPPINGS: Mapping[str, Any] = {
    "dynamic": False,
    "properties": {
        "order_key": {"type": "keyword"},
        "deleted": {"type": "boolean"},
        "deleted_at": {"type": "date", "format": "epoch_millis"},
        "document": {"type": "object", "enabled": False},
        **{name: field.mapping for name, field in FIELDS.items()},
    },
}
ALIAS_FILTER: Mapping[str, Any] = {"bool": {"must_not": {"term": {"deleted": True}}}}
LOWEST_ORDER_KEY = ""
"""Any change is newer. What is taken from the table, and not from the stream, stands at it."""

type Entry = dict[str, Any]


def entry(change: Change) -> Entry:
    """Return the entry that a change leaves."""
    if change.new_image is None:
        return tombstone(str(change.order_key), deleted_at_ms=round(change.created_at_s * 1000))
    return document_entry(change.new_image, str(change.order_key))


def document_entry(image: Image, order_key: str) -> Entry:
    """Return the entry of a document with this image."""
    document, fields = plain_image(image), searchable(image)
    for name, value in fields.items():
        if document[name] == value:
            del document[name]
    return {"order_key": order_key, **fields, "document": document}


def tombstone(order_key: str, *, deleted_at_ms: int) -> Entry:
    """Return the entry of a deleted document."""
    return {"order_key": order_key, "deleted": True, "deleted_at": deleted_at_ms}


def document_of(source: Mapping[str, Any]) -> dict[str, Plain]:
    """Return the whole document, as plain JSON, that an entry was made of."""
    rest: dict[str, Plain] = source["document"]
    return {name: source[name] for name in FIELDS if name in source} | rest
