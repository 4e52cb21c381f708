"""What the audit log says of a change."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest

from consumers.audit_log.event import MAX_CHANGED_BYTES, audit_event
from stream_processor.change import Change
from stream_processor.decode import decode_event
from tests.records import event, record

EDITED = {"title": {"S": "new"}, "body": {"S": "same"}, "edited_by": {"S": "bo"}}


def change(raw: dict[str, Any]) -> Change:
    return decode_event(event(raw)).changes[0]


def fields(change: Change) -> Mapping[str, Any]:
    return audit_event(change).fields


def test_a_modification() -> None:
    """It names the changed attributes and the actor, and holds no content but the keys."""
    event = audit_event(change(record(7, old={"title": {"S": "old"}, "body": {"S": "same"}}, new=EDITED)))
    audit = event.fields
    assert audit["event_id"] == f"{7:032x}"
    assert audit["event_name"] == "MODIFY"
    assert audit["keys"] == {"id": "a"}
    assert audit["created_at"] == "2026-01-02T03:00:07Z"
    assert audit["actor"] == "bo"
    assert audit["changed"] == ["edited_by", "title"]
    assert audit["changed_count"] == 2
    assert "same" not in event.message(with_image=False)
    assert json.loads(event.message(with_image=False)) == audit


def test_the_new_image_stands_in_the_event_as_it_was_hashed() -> None:
    """Where a stage keeps images; a deletion has none. Too large, it lies elsewhere and the event says where."""
    event = audit_event(change(record(1, new=EDITED)))
    message = event.message(with_image=True)
    assert json.loads(message) == {**event.fields, "new_image": {"id": {"S": "a"}, **EDITED}}
    assert event.new_image is not None
    assert event.new_image in message
    assert sha256(event.new_image.encode()).hexdigest() == event.fields["new_hash"]
    pointing = json.loads(event.pointing_message("images/x"))
    assert pointing == {**event.fields, "new_image_at": {"key": "images/x", "bytes": len(event.new_image)}}
    assert "new_image" not in json.loads(audit_event(change(record(1, old=EDITED))).message(with_image=True))


def test_a_documents_events_form_a_chain() -> None:
    """Each event's old hash is the new hash of the event before; the ends have none."""
    first = {"title": {"S": "1"}, "price": {"N": "1.0"}}
    events = [
        fields(change(raw))
        for raw in (
            record(1, new=first),
            record(2, old={**first, "price": {"N": "1"}}, new=EDITED),
            record(3, old=EDITED),
        )
    ]
    assert events[0]["old_hash"] is None
    assert [each["new_hash"] for each in events[:-1]] == [each["old_hash"] for each in events[1:]]
    assert events[-1]["new_hash"] is None


def test_a_change_of_type_alone_counts() -> None:
    """True and 1, equal in Python, are different values of an attribute."""
    audit = fields(change(record(1, old={"flag": {"BOOL": True}}, new={"flag": {"N": "1"}})))
    assert audit["changed"] == ["flag"]
    assert audit["old_hash"] != audit["new_hash"]


@pytest.mark.parametrize(
    ("raw", "actor"),
    [
        (record(1, new={"author": {"S": "ann"}, "edited_by": {"S": "bo"}}), "bo"),
        (record(1, new={"author": {"S": "ann"}, "edited_by": {"N": "7"}}), "ann"),
        (record(1, new={"author": {"S": ""}}), "unknown"),
        (record(1, old={"author": {"S": "ann"}}), "unknown"),
        (
            record(1, old={"author": {"S": "ann"}})
            | {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}},
            "ttl",
        ),
    ],
)
def test_the_actor(raw: dict[str, Any], actor: str) -> None:
    """The actor is whom the new image names, time to live, or unknown: who deleted is not in the old image."""
    assert fields(change(raw))["actor"] == actor


def test_very_many_changed_names_are_counted_only() -> None:
    """An event stays far below the limit of a log event, whatever the item."""
    new = {f"{number:04}{'x' * 200}": {"BOOL": True} for number in range(1000)}
    event = audit_event(change(record(1, new=new)))
    assert event.fields["changed"] is None
    assert event.fields["changed_count"] == 1001
    assert len(event.message(with_image=False)) < MAX_CHANGED_BYTES


@pytest.mark.parametrize("created_at_s", [float("nan"), float("inf"), -1.0, 1e15])
def test_a_creation_time_that_is_none(created_at_s: float) -> None:
    """A strange creation time does not stop the batch."""
    raw = record(1)
    raw["dynamodb"]["ApproximateCreationDateTime"] = created_at_s
    assert fields(change(raw))["created_at"] is None
