"""The shards of a stream, as DescribeStream tells them."""

import time
from collections.abc import Callable
from typing import Any

from fanout_local.event_source_mapping.lineage import ShardDescription
from fanout_local.event_source_mapping.runner.stream_address import StreamAddress

LEAST_INTERVAL_S = 0.12
"""DescribeStream may be called ten times a second."""


class StreamShards:
    """Used by one thread. Spaces its calls as the API's limit asks."""

    def __init__(
        self, streams: Any, *, address: StreamAddress, monotonic_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`streams`: boto3's client."""
        self._streams = streams
        self._address = address
        self._monotonic_s = monotonic_s
        self._called_s = 0.0

    def describe(self, stream_arn: str) -> tuple[ShardDescription, ...]:
        """Return all of the stream's shards. Raises botocore's errors."""
        shards: list[ShardDescription] = []
        start: dict[str, str] = {}
        while True:
            self._wait()
            answer = self._streams.describe_stream(StreamArn=self._address(stream_arn), **start)["StreamDescription"]
            shards.extend(_described(shard) for shard in answer.get("Shards", ()))
            last = answer.get("LastEvaluatedShardId")
            if not last:
                return tuple(shards)
            start = {"ExclusiveStartShardId": last}

    def _wait(self) -> None:
        wait_s = self._called_s + LEAST_INTERVAL_S - self._monotonic_s()
        if wait_s > 0:
            time.sleep(wait_s)
        self._called_s = self._monotonic_s()


def _described(shard: dict[str, Any]) -> ShardDescription:
    return ShardDescription(
        shard_id=shard["ShardId"],
        parent_id=shard.get("ParentShardId"),
        closed="EndingSequenceNumber" in shard.get("SequenceNumberRange", {}),
    )
