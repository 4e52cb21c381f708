"""Log events within the limits of PutLogEvents."""

from collections.abc import Iterable, Iterator

from stream_processor.change import Change
from stream_processor.value_class import value_class

MAX_BATCH_BYTES = 1_048_576
"""A call's UTF-8 bytes, counting `EVENT_OVERHEAD_BYTES` for each event (CloudWatch Logs API, PutLogEvents)."""
EVENT_OVERHEAD_BYTES = 26
MAX_EVENT_BYTES = 1_000_000
"""Of one event, counted likewise: "1 MB" in the quotas, read as the smaller of its two meanings."""
MAX_BATCH_EVENTS = 10_000
MAX_SPAN_MS = 24 * 3600 * 1000 - 1
"""First to last event of a call."""

OLDEST_MS = 14 * 24 * 3600 * 1000
"""An event that is older is refused; so is one further ahead than `NEWEST_MS`."""
NEWEST_MS = 2 * 3600 * 1000
MARGIN_MS = 10 * 60 * 1000
"""Kept off both ends: clocks differ, and a call takes its time."""


@value_class
class LogEvent:
    """One change as a log event.

    Attributes:
        timestamp_ms: what CloudWatch Logs files it under, milliseconds since 1970.
        size_bytes: what it counts towards a call's limit.

    """

    change: Change
    timestamp_ms: int
    message: str
    size_bytes: int


def log_event(change: Change, timestamp_ms: int, message: str) -> LogEvent:
    """Return the log event with this message."""
    return LogEvent(change=change, timestamp_ms=timestamp_ms, message=message, size_bytes=counted_bytes(message))


def counted_bytes(message: str) -> int:
    """Return what a message counts towards a call's limit."""
    size_bytes = len(message) if message.isascii() else len(message.encode("utf-8", "surrogatepass"))
    return size_bytes + EVENT_OVERHEAD_BYTES


def timestamp_ms(created_at_s: float, now_ms: int) -> int:
    """Return the change's own time, or now where CloudWatch Logs would refuse that."""
    created_ms = created_at_s * 1000
    accepted = now_ms - OLDEST_MS + MARGIN_MS <= created_ms <= now_ms + NEWEST_MS - MARGIN_MS
    return round(created_ms) if accepted else now_ms


def batches(events: Iterable[LogEvent]) -> Iterator[list[LogEvent]]:
    """Cut events into calls, each in time order; events of one time keep the order they came in."""
    batch: list[LogEvent] = []
    size_bytes = 0
    for event in sorted(events, key=lambda event: event.timestamp_ms):
        if batch and (
            len(batch) == MAX_BATCH_EVENTS
            or size_bytes + event.size_bytes > MAX_BATCH_BYTES
            or event.timestamp_ms - batch[0].timestamp_ms > MAX_SPAN_MS
        ):
            yield batch
            batch, size_bytes = [], 0
        batch.append(event)
        size_bytes += event.size_bytes
    if batch:
        yield batch
