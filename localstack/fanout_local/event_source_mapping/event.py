"""The event that the function gets: records, and with tumbling windows what belongs to the window. Pure."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from fanout_local.event_source_mapping.choices import MOST_PAYLOAD_BYTES
from fanout_local.event_source_mapping.record import Record

RECORDS_BYTES = len(b'{"Records":[]}')


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFields:
    """What the event adds in a tumbling window."""

    start_ms: int
    end_ms: int
    state: bytes
    """JSON."""
    shard_id: str
    stream_arn: str
    final: bool
    early: bool

    def encode(self) -> bytes:
        """Return the fields as JSON, without the braces around."""
        head = json.dumps({"window": {"start": _iso(self.start_ms), "end": _iso(self.end_ms)}})[1:-1]
        tail = json.dumps(
            {
                "shardId": self.shard_id,
                "eventSourceARN": self.stream_arn,
                "isFinalInvokeForWindow": self.final,
                "isWindowTerminatedEarly": self.early,
            }
        )[1:-1]
        return head.encode() + b',"state":' + self.state + b"," + tail.encode()


def event_of(records: Iterable[Record], window: WindowFields | None = None) -> bytes:
    """Return the event, JSON."""
    body = b'{"Records":[' + b",".join(record.encoded for record in records) + b"]"
    return body + (b"}" if window is None else b"," + window.encode() + b"}")


def how_many_fit(records: Sequence[Record] | Iterable[Record], window: WindowFields | None = None) -> int:
    """Return how many of the records, from the first on, make an event within the limit; at least one."""
    size = RECORDS_BYTES + (0 if window is None else 1 + len(window.encode()))
    count = 0
    for record in records:
        size += len(record.encoded) + (1 if count else 0)
        if size > MOST_PAYLOAD_BYTES and count:
            return count
        count += 1
    return count


def _iso(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
