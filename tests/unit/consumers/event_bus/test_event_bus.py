"""Changes on the bus: within the limits, filtered and transformed as set, each answered for."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from consumers.event_bus.consumer import NO_ANSWER, EventBus, build
from consumers.event_bus.entry import MAX_BYTES, Transform, entry_of
from consumers.event_bus.settings import Filter, read_filter, read_transform
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.environment import Environment
from stream_processor.errors import ConfigurationError
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry, Skipped
from tests.aws_fakes import client_error
from tests.fakes import FakeClock
from tests.records import event, record

OLD, NEW = {"title": {"S": "old"}, "body": {"S": "same"}}, {"title": {"S": "new"}, "body": {"S": "same"}}


@dataclass
class FakeEvents:
    """A bus that keeps the documented limits."""

    raises: Callable[[Sequence[Mapping[str, Any]]], Exception | None] = lambda _: None
    fails: Callable[[Mapping[str, Any]], str | None] = lambda _: None
    forgets_from: int = 10
    calls: list[Sequence[Mapping[str, Any]]] = field(default_factory=list)

    def put_events(self, *, Entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.calls.append(Entries)
        assert 1 <= len(Entries) <= 10
        sizes = (len(entry[name].encode()) for entry in Entries for name in ("Detail", "DetailType", "Source"))
        assert sum(sizes) + 14 * len(Entries) <= 1_000_000
        if error := self.raises(Entries):
            raise error
        results = [
            {"ErrorCode": code, "ErrorMessage": "no"} if (code := self.fails(entry)) else {"EventId": "e"}
            for entry in Entries[: self.forgets_from]
        ]
        return {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}


def changes_of(*records: dict[str, Any]) -> Sequence[Change]:
    return decode_event(event(*records)).changes


def deliver(events: FakeEvents, changes: Sequence[Change], filter_: Filter | None = None) -> list[Outcome]:
    consumer = EventBus(cast("Any", events), "bus", filter_ or Filter(), Transform())
    answers = list(consumer.deliver(changes, Deadline.after(10, FakeClock())))
    assert len(answers) == len(changes)
    outcomes = {change.event_id: outcome for change, outcome in answers}
    return [outcomes[change.event_id] for change in changes]


def test_all_are_put_in_calls_of_ten() -> None:
    """Each once; a document's in order."""
    events = FakeEvents()
    changes = changes_of(*(record(number, document=f"d{number % 5}") for number in range(100)))
    assert set(deliver(events, changes)) == {DELIVERED}
    details = [json.loads(entry["Detail"]) for call in events.calls for entry in call]
    for document in {change.document_id for change in changes}:
        told = [detail["event_id"] for detail in details if detail["document_id"] == document]
        assert told == [change.event_id for change in changes if change.document_id == document]


def test_an_entry() -> None:
    """A detail-type for each event name, and both images as plain JSON."""
    (change,) = changes_of(record(1, old=OLD, new=NEW))
    entry = entry_of(change, Transform(), "bus").fields
    assert (entry["DetailType"], entry["Source"], entry["EventBusName"]) == ("Document modified", "fanout", "bus")
    assert entry["Time"].timestamp() == change.created_at_s
    assert json.loads(entry["Detail"]) == {
        "schema_version": 1,
        "event_id": change.event_id,
        "document_id": "a",
        "order_key": str(change.order_key),
        "event_name": "MODIFY",
        "keys": {"id": "a"},
        "new_image": {"id": "a", "title": "new", "body": "same"},
        "old_image": {"id": "a", "title": "old", "body": "same"},
    }
    told = json.loads(
        entry_of(change, Transform(source="s", attributes=frozenset({"title"}), old_image=False), "bus").fields[
            "Detail"
        ]
    )
    assert (told["new_image"], told["old_image"]) == ({"id": "a", "title": "new"}, None)
    types = [entry_of(it, Transform(), "b").fields["DetailType"] for it in changes_of(record(1), record(2, old=OLD))]
    assert types == ["Document inserted", "Document removed"]


def test_images_too_large_for_an_entry_are_left_out_and_named() -> None:
    """The old one first; the change itself is always told."""
    half, whole = {"body": {"S": "\x01" * 90_000}}, {"body": {"S": "\x01" * 170_000}}
    changes = changes_of(record(1, old=whole, new=half), record(2, old=half, new=whole), record(3, new=whole))
    entries = [entry_of(change, Transform(), "bus") for change in changes]
    assert all(entry.size_bytes <= MAX_BYTES for entry in entries)
    left_out = [json.loads(entry.fields["Detail"]).get("left_out") for entry in entries]
    assert left_out == [["old_image"], ["old_image", "new_image"], ["new_image"]]
    events = FakeEvents()
    assert deliver(events, changes) == [DELIVERED] * 3


def test_entries_that_fail_are_answered_one_by_one() -> None:
    """Out of an answer that is a success as a whole."""
    changes = changes_of(*(record(number) for number in range(4)))
    codes = {changes[1].event_id: "ThrottlingException", changes[2].event_id: "MalformedDetail"}
    events = FakeEvents(fails=lambda entry: codes.get(json.loads(entry["Detail"])["event_id"]), forgets_from=3)
    assert deliver(events, changes) == [
        DELIVERED,
        Retry(cause=Cause(type="ThrottlingException", message="no")),
        Rejected(cause=Cause(type="MalformedDetail", message="no")),
        Retry(cause=NO_ANSWER),
    ]


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("InternalException", 500, Retry),
        ("ThrottlingException", 400, Retry),
        ("AccessDeniedException", 400, Retry),
        ("ResourceNotFoundException", 400, Retry),
        ("ValidationException", 400, Rejected),
    ],
)
def test_calls_that_fail(code: str, status: int, kind: type[Outcome]) -> None:
    """What lies in the service or our settings is tried again."""
    events = FakeEvents(raises=lambda _: client_error(code, status))
    assert {type(outcome) for outcome in deliver(events, changes_of(record(1), record(2)))} == {kind}


def test_one_bad_entry_does_not_fail_the_others() -> None:
    """A call that is refused is halved until the one is found."""
    changes = changes_of(*(record(number, document=f"d{number}") for number in range(9)))
    bad = changes[4].event_id

    def refuse(entries: Sequence[Mapping[str, Any]]) -> Exception | None:
        found = any(json.loads(entry["Detail"])["event_id"] == bad for entry in entries)
        return client_error("ValidationException") if found else None

    outcomes = deliver(FakeEvents(raises=refuse), changes)
    assert [type(outcome) for outcome in outcomes] == [type(DELIVERED)] * 4 + [Rejected] + [type(DELIVERED)] * 4


def test_the_filter() -> None:
    """By event name, and by attributes that changed."""
    changes = changes_of(record(1, new=OLD), record(2, old=OLD, new=NEW), record(3, old=NEW))
    events = FakeEvents()
    outcomes = deliver(events, changes, Filter(event_names=frozenset({"INSERT", "MODIFY"})))
    assert [type(outcome) for outcome in outcomes] == [type(DELIVERED), type(DELIVERED), Skipped]
    touching = deliver(FakeEvents(), changes, Filter(attributes=frozenset({"body"})))
    assert [type(outcome) for outcome in touching] == [type(DELIVERED), Skipped, type(DELIVERED)]


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("FANOUT_EVENT_FILTER", "x"),
        ("FANOUT_EVENT_FILTER", '{"names": []}'),
        ("FANOUT_EVENT_FILTER", '{"event_names": ["UPDATE"]}'),
        ("FANOUT_EVENT_FILTER", '{"attributes": "title"}'),
        ("FANOUT_EVENT_TRANSFORM", "[]"),
        ("FANOUT_EVENT_TRANSFORM", '{"source": "aws.mine"}'),
        ("FANOUT_EVENT_TRANSFORM", '{"old_image": 1}'),
        ("FANOUT_EVENT_TRANSFORM", '{"attributes": [1]}'),
    ],
)
def test_a_wrong_setting_is_named(variable: str, text: str) -> None:
    """With what it takes."""
    read: Callable[[Environment], object] = read_filter if variable.endswith("FILTER") else read_transform
    with pytest.raises(ConfigurationError, match=f"{variable}.*it takes JSON such as"):
        read(Environment({variable: text}))


def test_it_is_built_from_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bus must be named; the rest may be left out."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    aws = AwsClients(read_timeout_s=1)
    assert build(Environment({"FANOUT_EVENT_BUS": "bus"}), aws).name == "event_bus"
    with pytest.raises(ConfigurationError, match="FANOUT_EVENT_BUS is not set"):
        build(Environment({}), aws)
