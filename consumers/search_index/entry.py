"""An index entry: what the index holds of a document.

============  =======================================================================================
order_key     text form of the change that the entry shows; greater is newer
document      the whole image as plain JSON (`stream_processor.plain_json`), not indexed: any content
              fits, and an entry can be compared exactly with the table
title, ...    the searchable fields (`consumers.search_index.fields`), where the document has them
deleted       true: the document is gone; such an entry has an order key and nothing else
============  =======================================================================================

The last, a tombstone, stops an older change that arrives late from bringing the document back. Searches do not see
it: the alias filters it out.
"""

from collections.abc import Mapping
from typing import Any

from consumers.search_index.fields import FIELDS, searchable
from stream_processor.change import Change
from stream_processor.plain_json import plain_image

MAPPINGS: Mapping[str, Any] = {
    "dynamic": False,
    "properties": {
        "order_key": {"type": "keyword"},
        "deleted": {"type": "boolean"},
        "document": {"type": "object", "enabled": False},
        **{name: field.mapping for name, field in FIELDS.items()},
    },
}
ALIAS_FILTER: Mapping[str, Any] = {"bool": {"must_not": {"term": {"deleted": True}}}}


def entry(change: Change) -> dict[str, Any]:
    """Return the entry that a change leaves."""
    if change.new_image is None:
        return {"order_key": str(change.order_key), "deleted": True}
    return {
        "order_key": str(change.order_key),
        "document": plain_image(change.new_image),
        **searchable(change.new_image),
    }
