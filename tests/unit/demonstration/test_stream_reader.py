"""The independent reader against a stream that misbehaves as DynamoDB Local does."""

import time
from typing import Any

from botocore.exceptions import ClientError

from demonstration.history import Happening, History
from demonstration.stream_reader import StreamReader
from tests.records import record

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/documents/stream/2026-01-02T03:04:05.678"


class Streams:
    """One shard; errors are raised at the reads that they are put before."""

    def __init__(self, *reads: list[dict[str, Any]] | str) -> None:
        """Give these records, one list a read; a text is an error's code."""
        self.reads = list(reads)
        self.iterators: list[dict[str, Any]] = []

    def describe_stream(self, **_: Any) -> dict[str, Any]:
        """Return the shard."""
        return {"StreamDescription": {"Shards": [{"ShardId": "shard-1"}]}}

    def get_shard_iterator(self, **asked: Any) -> dict[str, Any]:
        """Return an iterator and remember where it was to begin."""
        self.iterators.append(asked)
        return {"ShardIterator": f"iterator {len(self.iterators)}"}

    def get_records(self, **_: Any) -> dict[str, Any]:
        """Return the next records, or raise the next error."""
        read = self.reads.pop(0) if self.reads else []
        if isinstance(read, str):
            raise ClientError({"Error": {"Code": read, "Message": ""}}, "GetRecords")
        return {"Records": read, "NextShardIterator": "next"}


def read_until(streams: Streams, count: int) -> tuple[tuple[Happening, ...], StreamReader]:
    history = History()
    reader = StreamReader(streams, ARN, "TRIM_HORIZON", history.add)  # type: ignore[arg-type]
    reader.start()
    deadline = time.monotonic() + 10
    while len(history) < count and not reader.failure and time.monotonic() < deadline:
        time.sleep(0.01)
    reader.stop()
    return history.all(), reader


def test_a_lost_position_at_the_start_begins_anew() -> None:
    """DynamoDB Local may refuse an iterator of an empty stream for ever: a new one is taken."""
    streams = Streams("TrimmedDataAccessException", [record(1)])
    happenings, reader = read_until(streams, 1)
    assert [it.event_id for it in happenings] == [record(1)["eventID"]]
    assert [it["ShardIteratorType"] for it in streams.iterators] == ["TRIM_HORIZON", "TRIM_HORIZON"]
    assert not reader.failure


def test_an_expired_iterator_goes_on_after_the_last_record() -> None:
    """Nothing is read twice, nothing is left out."""
    streams = Streams([record(1), record(2)], "ExpiredIteratorException", [record(3)])
    happenings, _ = read_until(streams, 3)
    assert len(happenings) == 3
    assert streams.iterators[-1]["SequenceNumber"] == record(2)["dynamodb"]["SequenceNumber"]


def test_another_error_stops_the_reader_and_is_kept() -> None:
    """The demonstration then ends with it, rather than wait for what never comes."""
    _, reader = read_until(Streams("ResourceNotFoundException"), 1)
    assert "ResourceNotFoundException" in str(reader.failure)
