"""Handlers that take one record at a time, in virtual time: a lane and its retries."""

from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.pretended.mapping import Record, Shard
from benchmarks.virtual.sinks import Sink
from benchmarks.virtual.source import LaneOfShard
from benchmarks.virtual.time import VirtualTime

FUNCTION_TIMEOUT_S = 60.0
CALL_TIMEOUT_S = 8.0
"""What ours has for patience. boto3's own would be 60 s, five times over."""
IDEMPOTENCY_CALL_S = 0.005
BATCH_SIZE = 500


class CallFailedError(Exception):
    """A sink did not answer, or the function's time was up."""


class OneRecordWorld:
    """A lane, its function and the sinks."""

    def __init__(self, sinks: Mapping[str, Sink], time: VirtualTime) -> None:
        """Make it; nothing has happened yet."""
        self._sinks = sinks
        self._time = time
        self._handled: set[tuple[str, str]] = set()

    def run(self, lane: LaneOfShard, handle: Callable[[Any], Any], until_s: float) -> list[Record]:
        """Work through a lane; return what was given up. What is not done by `until_s` is left."""
        shard = Shard(handle, goes_on=lambda: self._time.now_s < until_s)
        self._time.now_s = 0.0
        while self._time.now_s < until_s:
            records = lane.batch(self._time.now_s, BATCH_SIZE)
            if records:
                shard.deliver(records, batch_size=BATCH_SIZE)
            elif self._time.now_s >= lane.ends_at_s:
                break
            else:
                self._time.now_s = lane.next_poll_s(self._time.now_s)
        return shard.given_up

    def plain(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Handle as the plain handler: the four sinks at once; the first failure fails the batch."""
        ends_at_s = self._time.now_s + FUNCTION_TIMEOUT_S
        for record in event["Records"]:
            if not self._call_all(record, ends_at_s) or self._time.now_s >= ends_at_s:
                raise CallFailedError
        return {}

    def powertools(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """Handle as BatchProcessor does: one record after the other, on past failures, each sink's call once."""
        ends_at_s = self._time.now_s + FUNCTION_TIMEOUT_S
        failed = []
        for record in event["Records"]:
            for name, sink in self._sinks.items():
                if self._time.now_s >= ends_at_s:
                    raise CallFailedError
                self._time.pause(IDEMPOTENCY_CALL_S)
                if (name, record["eventID"]) in self._handled:
                    continue
                answered = self._call(sink, record)
                self._time.pause(IDEMPOTENCY_CALL_S)
                if not answered:
                    failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
                    break
                self._handled.add((name, record["eventID"]))
        return {"batchItemFailures": failed}

    def _call_all(self, record: Record, ends_at_s: float) -> bool:
        """Call the four sinks at once; return whether all answered."""
        answered = []
        tasks = [
            self._time.start(name, lambda sink=sink: answered.append(self._call(sink, record)))  # type: ignore[misc]
            for name, sink in self._sinks.items()
        ]
        self._time.wait(tasks, ends_at_s - self._time.now_s)
        return all(answered)

    def _call(self, sink: Sink, record: Record) -> bool:
        answered = sink.call(1, CALL_TIMEOUT_S)
        if answered:
            sink.take(record["eventID"], record["dynamodb"]["ApproximateCreationDateTime"])
        return answered
