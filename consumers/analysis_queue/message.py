"""The message that asks for the analysis of a document: what is sent, and what is taken back."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stream_processor.change import Change, EventName
from stream_processor.errors import FanoutError
from stream_processor.plain_json import MAX_SAFE_INTEGER

SCHEMA_VERSION = 1
WATCHED = ("title", "body")
"""The attributes that are analysed, where no setting names others."""

_refused_by_sqs = re.compile("[\ufffe\uffff\ud800-\udfff]")
"""Characters that JSON may hold as they are and SQS may not (SQS API, SendMessage); control characters JSON escapes."""
_is_order_key = re.compile(r"[^/]{1,64}/[0-9]{40}", re.ASCII).fullmatch


class MalformedMessageError(FanoutError):
    """A message is not one of ours. The worker reports it as failed, which leads it to the dead-letter queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is analysed. An attribute that is no text counts as empty."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Where the content lies, when it is too large for a message: the key of an object in the claims bucket."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisMessage:
    """One change, as far as the analysis needs it.

    Attributes:
        order_key: text form; the greater one is the newer.
        written_at_ms: the writer's own time, where the document has one, milliseconds since 1970.
        content: None for a REMOVE.

    """

    event_id: str
    document_id: str
    order_key: str
    event_name: EventName
    written_at_ms: int | None
    content: Content | Claim | None


def message_of(change: Change, watched: Sequence[str] = WATCHED) -> AnalysisMessage:
    """Return the message for a change: the first watched attribute is the title, the others are the body."""
    image = change.new_image
    title, *body = watched
    return AnalysisMessage(
        event_id=change.event_id,
        document_id=change.document_id,
        order_key=str(change.order_key),
        event_name=change.event_name,
        written_at_ms=None if image is None else _milliseconds(image.get("written_at_ms")),
        content=None
        if image is None
        else Content(
            title=_text(image.get(title)), body="\n\n".join(filter(None, (_text(image.get(name)) for name in body)))
        ),
    )


def encode(message: AnalysisMessage) -> str:
    """Return the message's body: JSON of characters that SQS takes."""
    fields: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "event_id": message.event_id,
        "document_id": message.document_id,
        "order_key": message.order_key,
        "event_name": message.event_name.value,
    }
    if message.written_at_ms is not None:
        fields["written_at_ms"] = message.written_at_ms
    match message.content:
        case Content(title=title, body=body):
            fields |= {"title": title, "body": body}
        case Claim(key=key):
            fields["claim"] = key
        case None:
            pass
    return _json(fields)


def encode_content(content: Content) -> bytes:
    """Return what lies in the claims bucket."""
    return _json({"title": content.title, "body": content.body}).encode()


def decode(text: str) -> AnalysisMessage:
    """Read a message's body.

    Raises:
        MalformedMessageError: it is no message of this schema version; says why, without the content.

    """
    fields = _object(text)
    if fields.get("schema_version") != SCHEMA_VERSION:
        raise MalformedMessageError(f"schema_version is {fields.get('schema_version')!r}, not {SCHEMA_VERSION}")
    order_key = _field(fields, "order_key")
    if not _is_order_key(order_key):
        raise MalformedMessageError(f"order_key is {order_key[:80]!r}: not a stream label, / and 40 digits")
    name = _field(fields, "event_name")
    if name not in EventName.__members__:
        raise MalformedMessageError(f"event_name is {name[:20]!r}")
    written_at_ms = fields.get("written_at_ms")
    if written_at_ms is not None and type(written_at_ms) is not int:
        raise MalformedMessageError("written_at_ms is not a whole number")
    return AnalysisMessage(
        event_id=_field(fields, "event_id"),
        document_id=_field(fields, "document_id"),
        order_key=order_key,
        event_name=EventName(name),
        written_at_ms=written_at_ms,
        content=_content(fields, EventName(name)),
    )


def decode_content(text: str) -> Content:
    """Read what lies in the claims bucket.

    Raises:
        MalformedMessageError: as `decode`.

    """
    fields = _object(text)
    return Content(title=_field(fields, "title", may_be_empty=True), body=_field(fields, "body", may_be_empty=True))


def _content(fields: dict[str, Any], event_name: EventName) -> Content | Claim | None:
    if event_name is EventName.REMOVE:
        return None
    if "claim" in fields:
        return Claim(key=_field(fields, "claim"))
    return Content(title=_field(fields, "title", may_be_empty=True), body=_field(fields, "body", may_be_empty=True))


def _object(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedMessageError("the message is not JSON") from None
    if type(fields) is not dict:
        raise MalformedMessageError(f"the message is not an object but {type(fields).__name__}")
    return fields


def _field(fields: dict[str, Any], name: str, *, may_be_empty: bool = False) -> str:
    value = fields.get(name)
    if type(value) is not str or not (value or may_be_empty):
        raise MalformedMessageError(f"{name} is not a text")
    return value


def _json(fields: dict[str, Any]) -> str:
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return _refused_by_sqs.sub(lambda character: f"\\u{ord(character[0]):04x}", text)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _milliseconds(value: object) -> int | None:
    if isinstance(value, Decimal) and value == value.to_integral_value() and abs(value) <= MAX_SAFE_INTEGER:
        return int(value)
    return None
