"""The shards of a stream, as DescribeStream tells them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fanout_local.event_source_mapping.lineage import ShardDescription
from fanout_local.event_source_mapping.runner.stream_address import StreamAddress

DISABLED = "DISABLED"
LEAST_INTERVAL_S = 0.12
"""DescribeStream may be called ten times a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDescription:
    """A stream now."""

    shards: tuple[ShardDescription, ...]
    disabled: bool
    """Nothing more will come: its table was deleted, or its stream turned off. What it holds can be read for a day."""


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

    def describe(self, stream_arn: str) -> StreamDescription:
        """Return the stream with all of its shards. Raises botocore's errors."""
        shards: list[ShardDescription] = []
        start: dict[str, str] = {}
        while True:
            self._wait()
            answer = self._streams.describe_stream(StreamArn=self._address(stream_arn), **start)["StreamDescription"]
            shards.extend(_described(shard) for shard in answer.get("Shards", ()))
            last = answer.get("LastEvaluatedShardId")
            if not last:
                return StreamDescription(shards=tuple(shards), disabled=answer.get("StreamStatus") == DISABLED)
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
