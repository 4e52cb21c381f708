"""The stream: so many changes a second, each of a document of its own, dealt out to lanes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.stream_events import STREAM_ARN

POLL_S = 0.25
"""How often Lambda looks for new records (AWS Lambda Developer Guide: four times a second)."""


@dataclass(slots=True, kw_only=True)
class LaneOfShard:
    """One of the lanes that a parallelisation factor makes of a shard.

    Attributes:
        number: from 0.
        lanes: how many there are.
        a_second: changes, of all lanes together.
        ends_at_s: when the writing ends.
        read: how many of its own records the lane has read.

    """

    number: int
    lanes: int
    a_second: float
    ends_at_s: float
    read: int = 0

    def batch(self, now_s: float, most: int) -> list[Mapping[str, Any]]:
        """Read what has been written by now."""
        written = min(int(now_s * self.a_second) + 1, int(self.ends_at_s * self.a_second))
        of_lane = -(-(written - self.number) // self.lanes)
        last = min(of_lane, self.read + most)
        records = [self._record(place * self.lanes + self.number) for place in range(self.read, last)]
        self.read = max(self.read, last)
        return records

    def next_poll_s(self, now_s: float) -> float:
        """Return when to look again."""
        return (now_s // POLL_S + 1) * POLL_S

    def _record(self, number: int) -> Mapping[str, Any]:
        keys = {"id": {"S": f"document-{number}"}}
        return {
            "eventID": str(number),
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "eventSourceARN": STREAM_ARN,
            "dynamodb": {
                "ApproximateCreationDateTime": number / self.a_second,
                "Keys": keys,
                "NewImage": keys,
                "SequenceNumber": str(10**24 + number),
                "SizeBytes": 50,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        }
