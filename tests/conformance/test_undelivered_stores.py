"""What every retry queue and every failures bucket does with undelivered changes."""

import pytest

from stream_processor.outcome import Cause
from stream_processor.ports import FailuresBucket, RetryQueue
from stream_processor.undelivered import Undelivered
from tests.conformance.conftest import Store
from tests.conformance.deadlines import soon
from tests.records import record

AWKWARD = '\u0000\u0001\ufffe\uffff\U0001f600 \u05e9\u05dc\u05d5\u05dd "quoted" \\'
"""Characters that SQS refuses raw, beside an emoji, right-to-left text and JSON's own."""


def undelivered(number: int, text: str = "text") -> Undelivered:
    raw = record(number, new={"body": {"S": text}, "exact": {"N": "12345678901234567890123456789012345678"}})
    return Undelivered(
        event_id=raw["eventID"],
        consumer="one",
        cause=Cause(type="Down", message="the sink is down"),
        attempts=2,
        first_at_ms=1_700_000_000_000,
        last_at_ms=1_700_000_000_123,
        record=raw,
    )


def by_event(items: object) -> dict[str | None, Undelivered]:
    assert isinstance(items, list)
    return {item.event_id: item for item in items}


@pytest.mark.parametrize("count", [0, 1, 10, 11, 95])
def test_any_number_is_parked_whole(retry_queue: Store[RetryQueue], count: int) -> None:
    """Every position comes back as durable, and every change as it was parked."""
    items = [undelivered(number) for number in range(count)]
    assert sorted(retry_queue.port.park(items, soon())) == list(range(count))
    assert by_event(retry_queue.contents()) == by_event(items)


def test_large_changes_and_awkward_characters_are_parked_whole(retry_queue: Store[RetryQueue]) -> None:
    """Two images of 400 KB do not fit a message, nor do four of 300 KB fit a call: nobody notices."""
    items = [
        undelivered(1, AWKWARD),
        undelivered(2, "\N{GRINNING FACE}" * 100_000),
        *(undelivered(number, "x" * 300_000) for number in range(3, 8)),
    ]
    assert sorted(retry_queue.port.park(items, soon())) == list(range(len(items)))
    assert by_event(retry_queue.contents()) == by_event(items)


def test_a_parked_change_with_a_delay_is_not_handed_out_yet(retry_queue: Store[RetryQueue]) -> None:
    """A delay is taken; what has none is there at once."""
    later, now = undelivered(1), undelivered(2)
    assert sorted(retry_queue.port.park([later, now], soon(), delays_s=[600.0, 0.0])) == [0, 1]
    assert now in retry_queue.contents()


@pytest.mark.parametrize("count", [0, 1, 20])
def test_any_number_is_dead_lettered_whole(failures: Store[FailuresBucket], count: int) -> None:
    """One object each, with the record as it came."""
    items = [undelivered(number, AWKWARD) for number in range(count)]
    assert sorted(failures.port.put(items, soon())) == list(range(count))
    assert by_event(failures.contents()) == by_event(items)


def test_a_dead_letter_without_an_event_id_is_kept(failures: Store[FailuresBucket]) -> None:
    """A record that is nothing but junk is stored as it is."""
    junk = Undelivered(
        event_id=None,
        consumer="decoder",
        cause=Cause(type="BadRecord", message="a record is a JSON object, not str"),
        attempts=1,
        first_at_ms=1,
        last_at_ms=1,
        record="junk",
    )
    assert list(failures.port.put([junk], soon())) == [0]
    assert list(failures.contents()) == [junk]
