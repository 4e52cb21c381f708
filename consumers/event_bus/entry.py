"""What is put on the bus: one entry for each change, within the limits of PutEvents."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from stream_processor.change import Change
from stream_processor.plain_json import plain_image

SCHEMA_VERSION = 1
MAX_ENTRIES = 10
MAX_BYTES = 1_000_000
"""Of all entries of a call together: "1 MB" (EventBridge User Guide, "PutEvents"), read as its smaller meaning."""
TIME_BYTES = 14
"""What an entry's time counts towards it."""
DETAIL_TYPES = {"INSERT": "Document inserted", "MODIFY": "Document modified", "REMOVE": "Document removed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """What an entry says of a change.

    Attributes:
        source: the entry's source.
        attributes: top-level attributes of the images that are told; None: all of them.
        old_image: whether the old image is told too.

    """

    source: str = "fanout"
    attributes: frozenset[str] | None = None
    old_image: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change, ready for PutEvents."""

    change: Change
    fields: Mapping[str, Any]
    size_bytes: int


def entry_of(change: Change, transform: Transform, bus: str) -> Entry:
    """Return the entry of a change. Its detail:

    {"schema_version": 1, "event_id", "document_id", "order_key", "event_name", "keys", "new_image", "old_image"};
    images are plain JSON, null where there is none or where it is not told. An image too large for any entry is left
    out and named in "left_out": whoever needs it reads the document.
    """
    images = {"new_image": change.new_image, "old_image": change.old_image if transform.old_image else None}
    detail: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "event_id": change.event_id,
        "document_id": change.document_id,
        "order_key": str(change.order_key),
        "event_name": change.event_name.value,
        "keys": plain_image(change.keys),
    }
    for name, image in images.items():
        told = image and {key: it for key, it in image.items() if _told(key, change, transform)}
        detail[name] = None if told is None else plain_image(told)
    entry = _entry(change, detail, transform, bus)
    for name in ("old_image", "new_image"):
        if entry.size_bytes > MAX_BYTES and detail[name] is not None:
            detail[name] = None
            detail["left_out"] = [*detail.get("left_out", ()), name]
            entry = _entry(change, detail, transform, bus)
    return entry


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut entries into calls, in their order."""
    batch: list[Entry] = []
    size_bytes = 0
    for entry in entries:
        if batch and (len(batch) == MAX_ENTRIES or size_bytes + entry.size_bytes > MAX_BYTES):
            yield batch
            batch, size_bytes = [], 0
        batch.append(entry)
        size_bytes += entry.size_bytes
    if batch:
        yield batch


def _told(name: str, change: Change, transform: Transform) -> bool:
    return transform.attributes is None or name in transform.attributes or name in change.keys


def _entry(change: Change, detail: Mapping[str, Any], transform: Transform, bus: str) -> Entry:
    text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"))
    detail_type = DETAIL_TYPES[change.event_name.value]
    sizes = (len(part.encode("utf-8", "surrogatepass")) for part in (text, detail_type, transform.source))
    fields = {
        "EventBusName": bus,
        "Source": transform.source,
        "DetailType": detail_type,
        "Detail": text,
        "Time": datetime.fromtimestamp(change.created_at_s, UTC),
    }
    return Entry(change=change, fields=fields, size_bytes=TIME_BYTES + sum(sizes))
