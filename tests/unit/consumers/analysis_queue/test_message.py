"""The message between the queue's two ends."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.analysis_queue.message import (
    AnalysisMessage,
    Claim,
    Content,
    MalformedMessageError,
    decode,
    decode_content,
    encode,
    encode_content,
    message_of,
)
from stream_processor.change import EventName
from stream_processor.decode import decode_event
from tests.records import event, record

taken_by_sqs = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*").fullmatch
"""SQS API Reference, SendMessage: "characters allowed"."""
any_text = st.text(st.characters())
contents = st.builds(Content, title=any_text, body=any_text)


def message(content: Content | Claim | None) -> AnalysisMessage:
    return AnalysisMessage(
        event_id="e1",
        document_id="d%2F1",
        order_key=f"2026-01-02T03:04:05.678/{7:040}",
        event_name=EventName.REMOVE if content is None else EventName.MODIFY,
        written_at_ms=5,
        content=content,
    )


@given(st.one_of(contents, st.none(), st.builds(Claim, key=st.just("claims/analysis/e1.json"))))
def test_a_message_survives_the_round_trip(content: Content | Claim | None) -> None:
    """Any text at all arrives as it was, in characters that SQS takes."""
    body = encode(message(content))
    assert taken_by_sqs(body)
    assert decode(body) == message(content)


@given(contents)
def test_content_survives_the_round_trip(content: Content) -> None:
    """What is claimed is what was put away, lone surrogates included."""
    assert decode_content(encode_content(content).decode()) == content


def test_the_message_of_a_change() -> None:
    """It holds what the analysis needs, and nothing else of the document."""
    new = {"title": {"S": "T"}, "body": {"S": "B"}, "written_at_ms": {"N": "5"}, "secret": {"S": "x"}}
    change = decode_event(event(record(1, new=new))).changes[0]
    assert json.loads(encode(message_of(change))) == {
        "schema_version": 1,
        "event_id": change.event_id,
        "document_id": "a",
        "order_key": str(change.order_key),
        "event_name": "INSERT",
        "written_at_ms": 5,
        "title": "T",
        "body": "B",
    }


@pytest.mark.parametrize("value", [{"N": "1"}, {"NULL": True}, {"L": []}])
def test_an_attribute_that_is_no_text_counts_as_empty(value: dict[str, Any]) -> None:
    """A title that is a number, or a time that is a text, stops nothing."""
    new = {"title": value, "body": value, "written_at_ms": {"S": "now"}}
    changed = message_of(decode_event(event(record(1, new=new))).changes[0])
    assert changed.content == Content(title="", body="")
    assert changed.written_at_ms is None


GOOD = json.loads(encode(message(Content(title="t", body="b"))))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an object"),
        (json.dumps({**GOOD, "schema_version": 2}), "schema_version is 2"),
        (json.dumps({**GOOD, "event_id": ""}), "event_id is not a text"),
        (json.dumps({**GOOD, "document_id": 5}), "document_id is not a text"),
        (json.dumps({**GOOD, "order_key": "5"}), "order_key is '5'"),
        (json.dumps({**GOOD, "event_name": "UPSERT"}), "event_name is 'UPSERT'"),
        (json.dumps({**GOOD, "body": None}), "body is not a text"),
        (json.dumps({**GOOD, "written_at_ms": "5"}), "written_at_ms"),
        (json.dumps({**GOOD, "claim": 5}), "claim is not a text"),
    ],
)
def test_a_malformed_message_is_refused_with_the_reason(text: str, why: str) -> None:
    """Nothing that comes from outside is trusted (I11)."""
    with pytest.raises(MalformedMessageError, match=re.escape(why)):
        decode(text)
