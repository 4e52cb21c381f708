"""One shard run through a shard worker with an in-process function, as fast as it goes."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fanout_local.event_source_mapping.commands import Invoke, Read, SendToDestination
from fanout_local.event_source_mapping.happenings import DestinationTook, Invoked, ReadFailed, RecordsRead
from fanout_local.event_source_mapping.position import TrimHorizon
from fanout_local.event_source_mapping.runner.measures import Measures
from fanout_local.event_source_mapping.runner.shard_worker import ShardWorker, Surroundings
from fanout_local.event_source_mapping.runner.stream_reader import ShardReader
from fanout_local.event_source_mapping.settings import MappingSettings, StartingPosition
from fanout_local.event_source_mapping.shard import Shard

BATCH_SIZE = 1000
PATIENCE_S = 300.0
STREAM_ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/measured/stream/2026-01-02T03:04:05.678"


@dataclass(slots=True)
class Taken:
    """Counts what the function gets."""

    wanted: int
    records: int = 0
    all: threading.Event = field(default_factory=threading.Event)


def run_shard(reader: ShardReader, *, records: int, looked_at: Callable[[int], None] = lambda _records: None) -> None:
    """Have a shard's records brought to a function that only counts them.

    Args:
        reader: of the shard, or what reads like one.
        records: how many there are.
        looked_at: called after every invocation with the number so far.

    """
    settings = MappingSettings(
        mapping_id="measured",
        function_arn="arn:aws:lambda:us-east-1:000000000000:function:measured",
        stream_arn=STREAM_ARN,
        starting_position=StartingPosition.TRIM_HORIZON,
        batch_size=BATCH_SIZE,
    )
    taken = Taken(records)

    def invoke(_function: str, command: Invoke) -> Invoked:
        taken.records += command.batch_size
        looked_at(taken.records)
        if taken.records >= taken.wanted:
            taken.all.set()
        return Invoked(invocation=command.invocation, payload=b"null")

    worker = ShardWorker(
        settings=settings,
        shard=Shard(settings=settings, shard_id="shard", position=TrimHorizon()),
        reader=reader,
        position=TrimHorizon(),
        surroundings=Surroundings(
            invoke=invoke, destinations=_no_destination, measures=Measures(None), wake=lambda: None
        ),
    )
    worker.start()
    arrived = taken.all.wait(PATIENCE_S)
    worker.drop()
    if not arrived:
        raise TimeoutError(f"{taken.records} of {records} records arrived. {worker.crash or worker.result}")


def run_bare_loop(streams: Any, *, stream_arn: str, shard_id: str, records: int) -> None:
    """Read the shard with GetRecords and do nothing else."""
    iterator = streams.get_shard_iterator(StreamArn=stream_arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    read = 0
    while read < records:
        answer = streams.get_records(ShardIterator=iterator, Limit=1000)
        read += len(answer["Records"])
        iterator = answer["NextShardIterator"]


class EndlessShard(ShardReader):
    """A shard that has a thousand new records for every read, without a stream behind it."""

    def __init__(self, item_bytes: int) -> None:
        self._number = 0
        self._body = "x" * item_bytes

    def read(self, command: Read) -> RecordsRead | ReadFailed:
        """The next records."""
        begin, self._number = self._number, self._number + command.limit
        return RecordsRead(records=tuple(self._record(number) for number in range(begin, self._number)))

    def _record(self, number: int) -> Mapping[str, object]:
        keys = {"id": {"S": str(number % 5000)}}
        return {
            "eventID": f"{number:032x}",
            "eventName": "INSERT",
            "dynamodb": {
                "ApproximateCreationDateTime": time.time(),
                "Keys": keys,
                "NewImage": {**keys, "body": {"S": self._body}},
                "SequenceNumber": f"{number + 1:021d}",
                "SizeBytes": len(self._body),
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        }


def _no_destination(_mapping_id: str, command: SendToDestination) -> DestinationTook:
    return DestinationTook(delivery=command.delivery)
