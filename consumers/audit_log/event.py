"""The audit event of a change."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from stream_processor.canonical import canonical_image, canonical_pair, image_hash, text_hash
from stream_processor.change import Change
from stream_processor.plain_json import plain_image
from stream_processor.value_class import value_class

SCHEMA_VERSION = 1
TTL_ACTOR = "ttl"
UNKNOWN_ACTOR = "unknown"
ACTOR_ATTRIBUTES = ("edited_by", "author")
"""Where an application may say who made a change; the first that holds a text counts."""

END_OF_TIME_S = 253_402_300_800
"""The year 10000, which ISO 8601 cannot write."""

TIMES_KEPT = 256
MAX_BYTES_A_CHARACTER = 4
MAX_CHANGED_BYTES = 128 * 1024
"""Names of changed attributes beyond this are left out of the event: an item can have 400 KB of them."""


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@value_class
class AuditEvent:
    """What is written about a change.

    Attributes:
        fields: as `audit_event` says; they hold the item's keys and no other content.
        new_image: the canonical text of the new image; None for a REMOVE.

    """

    fields: Mapping[str, Any]
    new_image: str | None

    def message(self, *, with_image: bool) -> str:
        """Return the text of a log event; the image stands in it as it was hashed."""
        text = _encode(self.fields)
        return f'{text[:-1]},"new_image":{self.new_image}}}' if with_image and self.new_image is not None else text

    def pointing_message(self, key: str) -> str:
        """Return the text of a log event whose image lies in the audit bucket."""
        pointer = {"key": key, "bytes": len((self.new_image or "").encode("utf-8", "surrogatepass"))}
        return _encode({**self.fields, "new_image_at": pointer})


def audit_event(change: Change) -> AuditEvent:
    """Return the audit event of a change.

    ==============  ===================================================================================
    schema_version  1
    event_id        the stream's id of the record; a repeated event has the same
    document_id     see `stream_processor.document_id`
    order_key       text form
    event_name      INSERT, MODIFY or REMOVE
    keys            the item's keys as plain JSON
    created_at      DynamoDB's creation time of the record, ISO 8601, UTC; null where it is no time
    actor           "ttl" for an expired item; else attribute edited_by or author of the new image; else "unknown"
    changed         sorted names of the attributes that differ; null when they are too many to be written
    changed_count   how many differ
    old_hash        SHA-256 of the canonical old image (`stream_processor.canonical`); null without one
    new_hash        the same of the new image; the next event of the document has it as its old_hash
    new_image       the new image in its canonical form, where the stage keeps images
    new_image_at    in its stead {"key", "bytes"}: where it lies in the audit bucket, when the event would be too large
    ==============  ===================================================================================
    """
    old, new = canonical_pair(change.old_image, change.new_image)
    before, after = old or {}, new or {}
    changed = sorted(
        [
            *(name for name, text in after.items() if before.get(name) != text),
            *(name for name in before if name not in after),
        ]
    )
    too_many = sum(map(len, changed)) > MAX_CHANGED_BYTES // MAX_BYTES_A_CHARACTER
    text = None if new is None else canonical_image(new)
    fields = {
        "schema_version": SCHEMA_VERSION,
        "event_id": change.event_id,
        "document_id": change.document_id,
        "order_key": str(change.order_key),
        "event_name": change.event_name.value,
        "keys": plain_image(change.keys),
        "created_at": _iso_time(change.created_at_s),
        "actor": actor(change),
        "changed": None if too_many else changed,
        "changed_count": len(changed),
        "old_hash": None if old is None else image_hash(old),
        "new_hash": None if text is None else text_hash(text),
    }
    return AuditEvent(fields=fields, new_image=text)


def actor(change: Change) -> str:
    """Return who made the change, as far as the record says."""
    if change.expired:
        return TTL_ACTOR
    for name in ACTOR_ATTRIBUTES:
        value = (change.new_image or {}).get(name)
        if isinstance(value, str) and value:
            return value
    return UNKNOWN_ACTOR


@lru_cache(TIMES_KEPT)
def _iso_time(seconds_s: float) -> str | None:
    if not 0 <= seconds_s < END_OF_TIME_S:
        return None
    return datetime.fromtimestamp(seconds_s, UTC).isoformat().replace("+00:00", "Z")
