"""What a client may say, and what it is answered. Nothing that a client sends is trusted (I11)."""

import json
import re
from dataclasses import dataclass
from typing import Any

from consumers.websocket_notifier.frames import encode_json
from stream_processor.document_id import MAX_CHARACTERS

MAX_MESSAGE_CHARACTERS = 1024
"""A subscription to the longest document id fits several times."""

_is_document_id = re.compile(rf"[A-Za-z0-9_.~%/-]{{1,{MAX_CHARACTERS}}}", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribe:
    """``{"action": "subscribe", "document": document id}``, answered ``{"type": "subscribed", "document": ...}``.

    From the answer on the client is told of every change of the document.
    """

    document_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe:
    """``{"action": "unsubscribe", "document": document id}``, answered ``{"type": "unsubscribed", ...}``."""

    document_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed:
    """Anything else, answered ``{"type": "error", "code": ..., "message": ...}``.

    Attributes:
        code: for programs: too_large, not_json, unknown_action, bad_document.
        message: for people; it repeats nothing of what came.

    """

    code: str
    message: str


type Request = Subscribe | Unsubscribe | Malformed

TRY_AGAIN = encode_json({"type": "error", "code": "try_again", "message": "This did not work now. Send it again."})
"""The answer to a request that was right but could not be served."""


def parse(body: str) -> Request:
    """Read a client's message."""
    if len(body) > MAX_MESSAGE_CHARACTERS:
        return Malformed(code="too_large", message=f"A message has at most {MAX_MESSAGE_CHARACTERS} characters.")
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError):
        return Malformed(code="not_json", message="A message is one JSON object.")
    if not isinstance(message, dict):
        return Malformed(code="not_json", message="A message is one JSON object.")
    action, document_id = message.get("action"), message.get("document")
    if action not in ("subscribe", "unsubscribe"):
        return Malformed(code="unknown_action", message='"action" is "subscribe" or "unsubscribe".')
    if not isinstance(document_id, str) or not _is_document_id(document_id):
        return Malformed(
            code="bad_document", message=f'"document" is a document id: 1 to {MAX_CHARACTERS} URL-safe characters.'
        )
    return Subscribe(document_id=document_id) if action == "subscribe" else Unsubscribe(document_id=document_id)


def answer(request: Request) -> bytes:
    """Return the frame that answers a request which was served."""
    match request:
        case Subscribe(document_id=document_id):
            return encode_json({"type": "subscribed", "document": document_id})
        case Unsubscribe(document_id=document_id):
            return encode_json({"type": "unsubscribed", "document": document_id})
        case Malformed(code=code, message=message):
            return encode_json({"type": "error", "code": code, "message": message})
