"""What a socket client is told of a change: one JSON text of at most 32 KB."""

import json
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote

from stream_processor.change import Change
from stream_processor.plain_json import Plain, plain_image

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 32 * 1024
"""The largest frame API Gateway carries (API Gateway Developer Guide, "Quotas for WebSocket APIs")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeImage:
    """An image that does not fit a frame: clients fetch it.

    Attributes:
        key: where it is to lie in the frames bucket; the same for every delivery of the change.
        body: the image as plain JSON, UTF-8.

    """

    key: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchNote:
    """How a client fetches a large image.

    Attributes:
        url: answers a GET until `expires_at_s`, seconds since 1970.

    """

    url: str
    expires_at_s: int


def change_frame(change: Change) -> bytes | LargeImage:
    """Return the frame of a change, or the image that must be put down first for `fetch_frame`.

    {"type": "change", "v": 1, "document": document id, "event_id": ..., "event_name": "INSERT" | "MODIFY" | "REMOVE",
    "order_key": "<stream label>/<40 digits>"} and one of

    | member    | when                                                                                         |
    |-----------|----------------------------------------------------------------------------------------------|
    | "image"   | the new image as plain JSON, if the frame has at most 32 KB                                  |
    | "fetch"   | {"url", "bytes", "sha256" (hex, of the body), "expires_at_s"}: GET it, the body is the image |
    | "deleted" | true, for a REMOVE                                                                           |

    A client drops a frame whose order key is not greater than the last that it holds for the document (I5, I9).
    """
    if change.new_image is None:
        return encode_json({**_head(change), "deleted": True})
    image = plain_image(change.new_image)
    frame = encode_json({**_head(change), "image": image})
    if len(frame) <= MAX_FRAME_BYTES:
        return frame
    return LargeImage(key=_object_key(change), body=encode_json(image))


def fetch_frame(change: Change, large: LargeImage, note: FetchNote) -> bytes:
    """Return the frame of a change whose image lies in the frames bucket."""
    fetch: dict[str, Plain] = {
        "url": note.url,
        "bytes": len(large.body),
        "sha256": sha256(large.body).hexdigest(),
        "expires_at_s": note.expires_at_s,
    }
    return encode_json({**_head(change), "fetch": fetch})


def encode_json(value: Plain) -> bytes:
    """Return compact JSON in UTF-8. A lone surrogate, which UTF-8 cannot hold, is escaped with all else."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _head(change: Change) -> dict[str, Plain]:
    return {
        "type": "change",
        "v": PROTOCOL_VERSION,
        "document": change.document_id,
        "event_id": change.event_id,
        "event_name": change.event_name.value,
        "order_key": str(change.order_key),
    }


def _object_key(change: Change) -> str:
    return f"frames/{quote(change.document_id, safe='')}/{change.order_key}.json"
