"""A shard's state machine in virtual time: a stream, a function and a destination made of lists, and one clock."""

import heapq
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from fanout_local.event_source_mapping.commands import (
    Checkpoint,
    Command,
    Finished,
    Invoke,
    Measured,
    Metric,
    ProcessingResult,
    Quiet,
    Read,
    SendToDestination,
    WaitUntil,
)
from fanout_local.event_source_mapping.failure_record import FailureRecord
from fanout_local.event_source_mapping.happenings import (
    DestinationRefused,
    DestinationTook,
    Happening,
    Invoked,
    InvokeFailed,
    InvokeFailure,
    ReadFailed,
    ReadFailure,
    RecordsRead,
    SettingsChanged,
    TimePassed,
)
from fanout_local.event_source_mapping.position import After, Latest, Position, ShardEnd, TrimHorizon
from fanout_local.event_source_mapping.settings import MappingSettings, StartingPosition
from fanout_local.event_source_mapping.shard import Shard

START_MS = 1_700_000_000_000
STREAM = "arn:aws:dynamodb:eu-west-1:000000000000:table/documents/stream/2023-11-14T22:13:20.000"
FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:consumer"
QUEUE = "arn:aws:sqs:eu-west-1:000000000000:failures"
SHARD = "shardId-00000001700000000000-0a0a0a0a"


def settings(**changes: Any) -> MappingSettings:
    """A mapping's settings: Lambda's defaults, and what is said."""
    defaults: dict[str, Any] = {
        "mapping_id": "6a0f1c3e-0000-4000-8000-000000000001",
        "function_arn": FUNCTION,
        "stream_arn": STREAM,
        "starting_position": StartingPosition.TRIM_HORIZON,
    }
    return MappingSettings(**(defaults | changes))


def raw_record(
    number: int, item: str = "a", *, created_ms: int = START_MS, text: str = "", event: str = "INSERT"
) -> dict[str, Any]:
    """A record as the stream's API gives it on the wire; sequence numbers are 21 digits, too long for 64 bits."""
    return {
        "eventID": f"event-{number}",
        "eventName": event,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "ddblocal",
        "dynamodb": {
            "ApproximateCreationDateTime": created_ms / 1000,
            "Keys": {"id": {"S": item}},
            "NewImage": {"id": {"S": item}, "number": {"N": str(number)}, "text": {"S": text}},
            "SequenceNumber": sequence_number(number),
            "SizeBytes": 10,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def sequence_number(number: int) -> str:
    """The sequence number of a record's number, as texts not in their order: 99 has fewer digits than 100."""
    return str(10**20 * 9 + number) if number < 100 else str(10**21 + number)


class RaisesError(Exception):
    """The function raises."""


class ThrottledError(Exception):
    """The function is not run: TooManyRequestsException."""


class DownError(Exception):
    """The function is not run: the service fails."""


type Function = Callable[[dict[str, Any]], object]


@dataclass(kw_only=True)
class Invocation:
    """One invocation that was commanded."""

    at_ms: int
    command: Invoke
    event: dict[str, Any]

    @property
    def numbers(self) -> list[int]:
        return [int(record["dynamodb"]["NewImage"]["number"]["N"]) for record in self.event["Records"]]


@dataclass
class World:
    """Carries out the commands of one shard's machine."""

    settings: MappingSettings
    function: Function = lambda _event: None
    records: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """When each is written, and the record."""
    closes_ms: int | None = None
    position: Position = field(default_factory=TrimHorizon)
    duration_ms: int = 10
    resolution_ms: int = 1000
    destination: Callable[[FailureRecord], bool] = lambda _failure: True
    read_failures: list[ReadFailure] = field(default_factory=list)
    """What the next reads answer instead."""
    page: int = 1000

    def __post_init__(self) -> None:
        self.now_ms = START_MS
        self.machine = Shard(
            settings=self.settings,
            shard_id=SHARD,
            position=self.position,
            creation_time_resolution_ms=self.resolution_ms,
        )
        self._heap: list[tuple[int, int, Happening | Callable[[], None]]] = []
        self._counter = 0
        self._timer = 0
        self._latest_from: int | None = None
        self._order: list[int] = []
        self.invocations: list[Invocation] = []
        self.under_way: set[int] = set()
        self.most_under_way = 0
        self.reads: list[tuple[int, Position]] = []
        self.checkpoints: list[Position] = []
        self.sent: list[FailureRecord] = []
        self.took: list[FailureRecord] = []
        self.metrics: Counter[Metric] = Counter()
        self.ages: list[int] = []
        self.results: list[str] = []
        self.quiet = 0
        self.finished = False
        self.most_held = 0
        self.at(START_MS, TimePassed())

    def write(self, *numbers: int, item: str | None = None, at_ms: int = 0, **more: Any) -> None:
        """Have records written, at a time counted from the start; each of its own item, unless one is named."""
        for number in numbers:
            at = START_MS + at_ms
            self.records.append((at, raw_record(number, item or f"item-{number}", created_ms=at, **more)))

    def at(self, at_ms: int, happening: Happening | Callable[[], None]) -> None:
        self._counter += 1
        heapq.heappush(self._heap, (at_ms, self._counter, happening))

    def change(self, at_ms: int, **changes: Any) -> None:
        """Have the settings changed, at a time counted from the start."""

        def happen() -> None:
            self.settings = settings(**changes)
            self.tell(SettingsChanged(settings=self.settings))

        self.at(START_MS + at_ms, happen)

    def run(self, for_ms: int = 60_000) -> "World":
        """Let the time go on to this long after the start, or until nothing is left to happen."""
        until_ms = START_MS + for_ms
        while self._heap and self._heap[0][0] <= until_ms:
            at_ms, _, happening = heapq.heappop(self._heap)
            self.now_ms = max(self.now_ms, at_ms)
            if callable(happening):
                happening()
            else:
                self.tell(happening)
        self.now_ms = until_ms
        return self

    def answered(self, invocation: Invocation) -> None:
        """Hear that the machine is now told the answer."""

    def tell(self, happening: Happening) -> None:
        for command in self.machine.handle(happening, self.now_ms):
            self._carry_out(command)
        self.most_held = max(self.most_held, self.machine.view.held_records)

    def _carry_out(self, command: Command) -> None:
        match command:
            case Read():
                self.reads.append((self.now_ms - START_MS, command.position))
                self.at(self.now_ms + 1, lambda: self.tell(self._read(command)))
            case Invoke():
                self._invoke(command)
            case WaitUntil(at_ms=at_ms):
                assert at_ms > self.now_ms
                self._timer += 1
                timer = self._timer
                self.at(at_ms, lambda: self.tell(TimePassed()) if timer == self._timer else None)
            case SendToDestination():
                self._send(command)
            case Checkpoint(position=position):
                self.checkpoints.append(position)
            case Finished():
                self.finished = True
            case Quiet():
                self.quiet += 1
            case Measured() | ProcessingResult():
                self._note(command)

    def _send(self, command: SendToDestination) -> None:
        self.sent.append(command.failure)
        if self.destination(command.failure):
            self.took.append(command.failure)
            self.at(self.now_ms + 1, DestinationTook(delivery=command.delivery))
        else:
            self.at(self.now_ms + 1, DestinationRefused(delivery=command.delivery, cause="no such queue"))

    def _note(self, command: Measured | ProcessingResult) -> None:
        match command:
            case Measured(metric=Metric.ITERATOR_AGE, value=value):
                self.ages.append(value)
            case Measured(metric=metric, value=value):
                self.metrics[metric] += value
            case ProcessingResult(text=text):
                self.results.append(text)

    def _read(self, command: Read) -> Happening:
        if self.read_failures:
            return ReadFailed(kind=self.read_failures.pop(0))
        if len(self._order) != len(self.records):
            self.records.sort(key=lambda entry: int(_number(entry[1])))
            self._order = [int(_number(record)) for _, record in self.records]
        match command.position:
            case TrimHorizon():
                start = 0
            case After(sequence_number=number):
                start = bisect_right(self._order, int(number))
            case Latest():
                if self._latest_from is None:
                    self._latest_from = sum(at <= self.now_ms for at, _ in self.records)
                start = self._latest_from
            case ShardEnd():
                raise AssertionError("A shard's end is read.")
        written = (record for at, record in islice(self.records, start, None) if at <= self.now_ms)
        page = tuple(islice(written, min(command.limit, self.page)))
        closed = self.closes_ms is not None and self.now_ms >= self.closes_ms
        return RecordsRead(records=page, at_end=closed and next(written, None) is None)

    def _invoke(self, command: Invoke) -> None:
        assert command.lane not in self.under_way, "Two invocations of one lane."
        self.under_way.add(command.lane)
        self.most_under_way = max(self.most_under_way, len(self.under_way))
        event = json.loads(command.payload)
        assert len(event["Records"]) == command.batch_size
        invocation = Invocation(at_ms=self.now_ms - START_MS, command=command, event=event)
        self.invocations.append(invocation)
        answer = self._answer(command.invocation, event)

        def answered() -> None:
            self.under_way.discard(command.lane)
            self.answered(invocation)
            self.tell(answer)

        self.at(self.now_ms + self.duration_ms, answered)

    def _answer(self, invocation: int, event: dict[str, Any]) -> Invoked | InvokeFailed:
        request_id = f"request-{len(self.invocations)}"
        try:
            returned = self.function(event)
        except RaisesError:
            error = b'{"errorMessage": "poison", "errorType": "Raises"}'
            return Invoked(invocation=invocation, payload=error, function_error="Unhandled", request_id=request_id)
        except ThrottledError:
            return InvokeFailed(invocation=invocation, kind=InvokeFailure.THROTTLED)
        except DownError:
            return InvokeFailed(invocation=invocation, kind=InvokeFailure.SERVICE_ERROR, cause="connection refused")
        payload = returned if isinstance(returned, bytes) else json.dumps(returned).encode()
        return Invoked(invocation=invocation, payload=payload, request_id=request_id)

    @property
    def batches(self) -> list[list[int]]:
        """The numbers of the records of each invocation, in the order in which they were commanded."""
        return [invocation.numbers for invocation in self.invocations]

    @property
    def times_ms(self) -> list[int]:
        """When the invocations were, counted from the start."""
        return [invocation.at_ms for invocation in self.invocations]

    @property
    def checkpoint(self) -> Position | None:
        """The last checkpoint."""
        return self.checkpoints[-1] if self.checkpoints else None


def after(number: int) -> After:
    """Right after the record of this number."""
    return After(sequence_number=sequence_number(number))


def failures(*numbers: int) -> dict[str, Any]:
    """A partial batch response that names these records."""
    return {"batchItemFailures": [{"itemIdentifier": sequence_number(number)} for number in numbers]}


def fails_on(*poison: int) -> Function:
    """A function that raises when one of these records is in the batch."""

    def function(event: dict[str, Any]) -> object:
        if set(numbers_of(event)) & set(poison):
            raise RaisesError
        return None

    return function


def numbers_of(event: Mapping[str, Any]) -> list[int]:
    """The numbers of an event's records."""
    return [int(record["dynamodb"]["NewImage"]["number"]["N"]) for record in event["Records"]]


def _number(record: Mapping[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
