"""Lines of the audit log, and the events that they hold."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consumers.audit_log.event import SCHEMA_VERSION
from stream_processor.attribute_values import Image, UndecodableError, decode_image
from stream_processor.canonical import canonical_attributes, image_hash
from stream_processor.change import EventName
from stream_processor.errors import FanoutError

_is_order_key = re.compile(r"[^/]{1,64}/[0-9]{40}", re.ASCII).fullmatch
_is_hash = re.compile(r"[0-9a-f]{64}", re.ASCII).fullmatch


class NoAuditEventError(FanoutError):
    """A line of the log is not an audit event of this schema; says why, without the content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One event of CloudWatch Logs.

    Attributes:
        timestamp_ms: what it is filed under; whoever wrote it chose this.
        ingested_at_ms: when CloudWatch Logs took it; nobody can choose this.

    """

    timestamp_ms: int
    ingested_at_ms: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEvent:
    """One audit event, read back; see `consumers.audit_log.event.audit_event`.

    Attributes:
        image: the new image, where it stands in the event.
        image_key: where it lies in the audit bucket instead.

    """

    event_id: str
    document_id: str
    order_key: str
    event_name: EventName
    keys: Mapping[str, Any]
    created_at: str | None
    actor: str
    changed: tuple[str, ...] | None
    old_hash: str | None
    new_hash: str | None
    image: Image | None
    image_key: str | None

    @property
    def image_differs(self) -> bool:
        """Whether the image in the event is not the one that its hash is of."""
        return self.image is not None and image_hash(canonical_attributes(self.image)) != self.new_hash


def read_event(message: str) -> TrailEvent:
    """Read a line's message.

    Raises:
        NoAuditEventError: it is not an audit event, or contradicts itself.

    """
    fields = _fields(message)
    if fields.get("schema_version") != SCHEMA_VERSION:
        raise NoAuditEventError(f"schema_version is {str(fields.get('schema_version'))[:20]!r}, not {SCHEMA_VERSION}")
    name, old_hash, new_hash = fields.get("event_name"), fields.get("old_hash"), fields.get("new_hash")
    if not isinstance(name, str) or name not in EventName.__members__:
        raise NoAuditEventError(f"event_name is {str(name)[:20]!r}")
    for value in (old_hash, new_hash):
        if value is not None and not (isinstance(value, str) and _is_hash(value)):
            raise NoAuditEventError("a hash is not one")
    if (old_hash is None, new_hash is None) != (name == EventName.INSERT, name == EventName.REMOVE):
        raise NoAuditEventError(f"the hashes are not those of a change that is {name}")
    if not _is_order_key(_text(fields, "order_key")):
        raise NoAuditEventError("order_key is not a stream label, / and 40 digits")
    changed, keys = fields.get("changed"), fields.get("keys")
    pointer = fields.get("new_image_at")
    return TrailEvent(
        event_id=_text(fields, "event_id"),
        document_id=_text(fields, "document_id"),
        order_key=_text(fields, "order_key"),
        event_name=EventName(name),
        keys=keys if isinstance(keys, dict) else {},
        created_at=fields.get("created_at"),
        actor=str(fields.get("actor")),
        changed=tuple(map(str, changed)) if isinstance(changed, list) else None,
        old_hash=old_hash,
        new_hash=new_hash,
        image=_image(fields.get("new_image")),
        image_key=str(pointer["key"]) if isinstance(pointer, dict) and "key" in pointer else None,
    )


def _fields(message: str) -> dict[str, Any]:
    try:
        fields = json.loads(message)
    except (ValueError, RecursionError):
        raise NoAuditEventError("not JSON") from None
    if type(fields) is not dict:
        raise NoAuditEventError(f"not an object but {type(fields).__name__}")
    return fields


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if type(value) is not str or not value:
        raise NoAuditEventError(f"{name} is not a text")
    return value


def _image(raw: object) -> Image | None:
    if raw is None:
        return None
    try:
        return decode_image(raw)
    except UndecodableError as error:
        raise NoAuditEventError(f"the image is none: {error}") from None
