"""A frame says what changed, in at most 32 KB."""

import json
from hashlib import sha256
from typing import Any

from consumers.websocket_notifier.frames import (
    MAX_FRAME_BYTES,
    FetchNote,
    LargeImage,
    change_frame,
    encode_json,
    fetch_frame,
)
from stream_processor.change import Change
from stream_processor.decode import decode_event
from tests.records import STREAM_LABEL, event, record


def change_of(raw: dict[str, Any]) -> Change:
    (change,) = decode_event(event(raw)).changes
    return change


def frame_of(change: Change) -> dict[str, Any]:
    frame = change_frame(change)
    assert isinstance(frame, bytes)
    parsed: dict[str, Any] = json.loads(frame)
    return parsed


def test_a_written_document_is_told_with_its_new_image() -> None:
    """The frame has what a client needs to keep the newest state: identity, order and the image."""
    new = {"title": {"S": "ש 😀"}, "n": {"N": "12345678901234567890"}}
    change = change_of(record(7, document="a/b", old={"title": {"S": "t"}}, new=new))
    assert frame_of(change) == {
        "type": "change",
        "v": 1,
        "document": "a%2Fb",
        "event_id": f"{7:032x}",
        "event_name": "MODIFY",
        "order_key": f"{STREAM_LABEL}/{10**24 + 7:040d}",
        "image": {"id": "a/b", "title": "ש 😀", "n": "12345678901234567890"},
    }


def test_a_deletion_is_told_without_an_image() -> None:
    """A REMOVE says so and carries neither an image nor a note to fetch one."""
    frame = frame_of(change_of(record(1, old={"title": {"S": "t"}})))
    assert frame["event_name"] == "REMOVE"
    assert frame["deleted"] is True
    assert not frame.keys() & {"image", "fetch"}


def test_text_order_of_order_keys_is_stream_order() -> None:
    """A client may compare order keys as text, also where the numbers grow a digit."""
    earlier, later = (change_of({**record(1), "dynamodb": _numbered(number)}) for number in ("99", "100"))
    assert frame_of(earlier)["order_key"] < frame_of(later)["order_key"]


def _numbered(sequence_number: str) -> dict[str, Any]:
    return {**record(1)["dynamodb"], "SequenceNumber": sequence_number}


def test_the_frame_limit_is_kept_to_the_byte() -> None:
    """The largest image that fits goes along; one byte more is fetched. Bytes count, not characters."""
    empty = len(encode_json(frame_of(change_of(record(1, new={"body": {"S": ""}})))))
    fitting = change_frame(change_of(record(1, new={"body": {"S": "x" * (MAX_FRAME_BYTES - empty)}})))
    assert isinstance(fitting, bytes)
    assert len(fitting) == MAX_FRAME_BYTES
    over = "x" * (MAX_FRAME_BYTES - empty - 1) + "é"
    assert isinstance(change_frame(change_of(record(1, new={"body": {"S": over}}))), LargeImage)


def test_a_large_image_is_fetched() -> None:
    """The note has the address, and size and hash of exactly the body that lies there; the frame itself is small."""
    change = change_of(record(3, document="a/b", new={"body": {"S": "é" * 200_000}}))
    large = change_frame(change)
    assert isinstance(large, LargeImage)
    assert json.loads(large.body) == {"id": "a/b", "body": "é" * 200_000}
    assert large.key == f"frames/a%252Fb/{change.order_key}.json"
    frame = fetch_frame(change, large, FetchNote(url="https://bucket/key", expires_at_s=99))
    assert len(frame) < 1024
    assert json.loads(frame)["fetch"] == {
        "url": "https://bucket/key",
        "bytes": len(large.body),
        "sha256": sha256(large.body).hexdigest(),
        "expires_at_s": 99,
    }


def test_a_lone_surrogate_does_not_break_a_frame() -> None:
    """Text that UTF-8 cannot hold still arrives, escaped."""
    image = frame_of(change_of(record(1, new={"title": {"S": "\ud800"}})))["image"]
    assert image["title"] == "\ud800"
