"""What every consumer does, whatever its sink: the promises of `stream_processor.consumer.Consumer`."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Outcome, Rejected
from tests.conformance import sinks
from tests.conformance.deadlines import passed, soon
from tests.conformance.sinks import Sink
from tests.records import event, record

REAL = (sinks.search_index, sinks.analysis_queue, sinks.audit_log, sinks.websocket_notifier)


@pytest.fixture(
    params=["fake", *(pytest.param(make, marks=pytest.mark.integration, id=make.__name__) for make in REAL)]
)
def sink(request: pytest.FixtureRequest) -> Iterator[Sink]:
    """A consumer beside its sink, which holds nothing yet."""
    if request.param == "fake":
        with sinks.fake(None) as made:
            yield made
        return
    with request.param(request.getfixturevalue("stack")) as made:
        yield made


def changes_of(*records: dict[str, Any]) -> list[Change]:
    """Return changes of the present: some sinks refuse what is long past."""
    for each in records:
        each["dynamodb"]["ApproximateCreationDateTime"] = float(int(time.time()))
    return list(decode_event(event(*records)).changes)


def text(words: str) -> dict[str, Any]:
    return {"title": {"S": words}, "body": {"S": words}}


def outcomes(answers: Iterator[Answer]) -> dict[str, Outcome]:
    """Return the answers by event id; a change answered twice fails."""
    heard: dict[str, Outcome] = {}
    for change, outcome in answers:
        assert change.event_id not in heard
        heard[change.event_id] = outcome
    return heard


def deliver(sink: Sink, changes: Sequence[Change]) -> None:
    """Deliver; fail unless every change is answered by Delivered, once."""
    sink.expects(list(changes))
    assert outcomes(sink.consumer.deliver(changes, soon())) == {change.event_id: DELIVERED for change in changes}


def newest(*changes: Change) -> dict[str, str]:
    return {change.document_id: str(change.order_key) for change in changes}


def test_no_changes_are_no_answers(sink: Sink) -> None:
    """An empty batch is nothing, and no error."""
    assert list(sink.consumer.deliver([], soon())) == []
    assert sink.newest() == {}


def test_what_is_delivered_is_in_the_sink(sink: Sink) -> None:
    """Creations, edits and deletions of several documents, some of them of one."""
    changes = changes_of(
        record(1, document="a", new=text("one")),
        record(2, document="b c/ü", new=text("two")),
        record(3, document="a", old=text("one"), new=text("three")),
        record(4, document="b c/ü", old=text("two")),
        record(5, document="d" * 200, new=text("five")),
    )
    deliver(sink, changes)
    assert sink.newest() == newest(*changes)


def test_delivering_twice_is_harmless(sink: Sink) -> None:
    """A repeat, at once or later, leaves the sink as it was (I9)."""
    first = changes_of(record(1, new=text("one")), record(2, old=text("one"), new=text("two")))
    second = changes_of(record(3, old=text("two"), new=text("three")))
    for batch in (first, first, second, first, second):
        deliver(sink, batch)
    assert sink.newest() == newest(*second)


def test_an_older_change_never_overwrites_a_newer_state(sink: Sink) -> None:
    """Late arrivals, a deletion before what it deleted among them, resolve by order key (I5)."""
    older = changes_of(record(1, document="a", new=text("one")), record(2, document="b", new=text("one")))
    newer = changes_of(
        record(3, document="a", old=text("one"), new=text("two")), record(4, document="b", old=text("one"))
    )
    deliver(sink, newer)
    deliver(sink, older)
    assert sink.newest() == newest(*newer)


def test_a_later_stream_is_newer_whatever_its_numbers(sink: Sink) -> None:
    """A restored table counts anew under a later label; what still comes of the old stream is older (I5)."""
    of_old_stream = changes_of(record(9, new=text("old stream")))
    of_new_stream = changes_of(record(1, new=text("new stream"), label="2026-06-01T00:00:00.000"))
    deliver(sink, of_new_stream)
    deliver(sink, of_old_stream)
    assert sink.newest() == newest(*of_new_stream)


def test_the_largest_items_are_delivered(sink: Sink) -> None:
    """Both images at DynamoDB's 400 KB, in characters that JSON makes six bytes of."""
    big = "\N{GRINNING FACE}" * 97_000
    changes = changes_of(
        record(1, document="emoji", old=text("small"), new={"body": {"S": big}}),
        record(2, document="ascii", old={"body": {"S": "x" * 390_000}}, new={"body": {"S": "y" * 390_000}}),
        record(3, document="control", new={"body": {"S": "\x01" * 390_000}}),
    )
    deliver(sink, changes)
    assert sink.newest() == newest(*changes)


def test_a_call_that_took_effect_and_failed_ends_well_when_it_is_delivered_again(sink: Sink) -> None:
    """The connection is cut before an answer: what is not Delivered may come again, and trying again heals (I9)."""
    if sink.proxy is None:
        pytest.skip("no network between this consumer and its sink")
    changes = changes_of(*(record(number, document=f"d{number % 7}", new=text(f"{number}")) for number in range(40)))
    sink.expects(changes)
    sink.proxy.cuts_next_answer.set()
    heard = outcomes(sink.consumer.deliver(changes, soon()))
    sink.proxy.cuts_next_answer.clear()
    assert not any(isinstance(outcome, Rejected) for outcome in heard.values())
    deliver(sink, [change for change in changes if heard.get(change.event_id) != DELIVERED])
    assert sink.newest() == newest(*changes)


def test_after_the_deadline_nothing_is_begun(sink: Sink) -> None:
    """A consumer whose time is up comes back at once, and claims nothing that did not happen."""
    changes = changes_of(*(record(number, document=f"d{number}", new=text("late")) for number in range(50)))
    sink.expects(changes)
    began_s = time.monotonic()
    heard = outcomes(sink.consumer.deliver(changes, passed()))
    assert time.monotonic() - began_s < 5
    in_sink = sink.newest()
    claimed = [change for change in changes if heard.get(change.event_id) == DELIVERED]
    assert all(in_sink[change.document_id] == str(change.order_key) for change in claimed)


def test_ten_thousand_changes_are_delivered(sink: Sink) -> None:
    """As many as a batch can hold, over a hundred documents, of which five are watched."""
    changes = changes_of(*(record(n, document=f"d{n % 100}", new=text(f"number {n}")) for n in range(10_000)))
    last = newest(*changes[-100:])
    watched = {f"d{n}" for n in range(5)}
    sink.expects([change for change in changes if change.document_id in watched])
    heard = outcomes(sink.consumer.deliver(changes, soon(90)))
    assert heard == {change.event_id: DELIVERED for change in changes}
    in_sink = sink.newest()
    assert in_sink.keys() >= watched
    assert in_sink == {document_id: last[document_id] for document_id in in_sink}
