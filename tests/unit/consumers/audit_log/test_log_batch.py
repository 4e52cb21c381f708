"""Calls of PutLogEvents stay within their limits."""

import pytest

from consumers.audit_log.log_batch import LogEvent, batches, log_event, timestamp_ms
from stream_processor.decode import decode_event
from tests.records import event, record

CHANGE = decode_event(event(record(1))).changes[0]
HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
NOW_MS = 1_800_000_000_000


def event_at(time_ms: int = 0, message: str = "x") -> LogEvent:
    return log_event(CHANGE, time_ms, message)


def sizes(events: list[LogEvent]) -> list[int]:
    return [len(batch) for batch in batches(events)]


def test_ten_thousand_events_a_call() -> None:
    """The event after the ten thousandth begins a new call."""
    assert sizes([event_at()] * 20_001) == [10_000, 10_000, 1]


def test_bytes_a_call() -> None:
    """Sizes count in UTF-8, with 26 bytes for each event."""
    half = "\u00e9" * (1_048_576 // 4 - 13)
    assert sizes([event_at(message=half)] * 4) == [2, 2]
    assert sizes([event_at(message=half + "x")] * 4) == [1, 1, 1, 1]


def test_less_than_a_day_a_call() -> None:
    """Events in any order are sorted, and cut where a call would span a day."""
    cut = list(batches([event_at(DAY_MS), event_at(0), event_at(DAY_MS - 1)]))
    assert [[each.timestamp_ms for each in batch] for batch in cut] == [[0, DAY_MS - 1], [DAY_MS]]


@pytest.mark.parametrize(
    ("age_ms", "kept"),
    [
        (0, True),
        (13 * DAY_MS, True),
        (14 * DAY_MS - 60_000, False),
        (-HOUR_MS, True),
        (-2 * HOUR_MS, False),
    ],
)
def test_the_time_of_an_event(age_ms: int, kept: bool) -> None:
    """A change has its own time, unless CloudWatch Logs would refuse that."""
    created_ms = NOW_MS - age_ms
    assert timestamp_ms(created_ms / 1000, NOW_MS) == (created_ms if kept else NOW_MS)


@pytest.mark.parametrize("created_at_s", [0.0, float("nan"), float("inf"), 1e300])
def test_no_time(created_at_s: float) -> None:
    """What is no time becomes the present."""
    assert timestamp_ms(created_at_s, NOW_MS) == NOW_MS
