"""What a shard's state machine wants done: a closed union. Pure."""

from dataclasses import dataclass
from enum import Enum

from fanout_local.event_source_mapping.failure_record import FailureRecord
from fanout_local.event_source_mapping.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Read once from a place. Answered by `RecordsRead` or `ReadFailed`; there is at most one at a time.

    The iterator that the read before gave may be used when that read ended at this position; else a new one is asked
    for: `After` is AFTER_SEQUENCE_NUMBER, `TrimHorizon` TRIM_HORIZON. For `Latest` a LATEST iterator is asked for once,
    the first time; when it or one that followed is lost, the answer is EXPIRED_ITERATOR. It never is a `ShardEnd`.
    """

    position: Position
    limit: int
    """Most records to read; at most 1,000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoke:
    """Invoke the function, synchronously. Answered by `Invoked` or `InvokeFailed`.

    At most one of a lane is under way at a time, and there are ParallelizationFactor lanes.
    """

    invocation: int
    """Names it in the answer; unique within the shard's state machine."""
    lane: int
    """0 .. ParallelizationFactor - 1."""
    payload: bytes
    """The event, JSON."""
    batch_size: int
    """How many records the event holds."""
    attempt: int
    """1 for the first time that the function gets this batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitUntil:
    """Say `TimePassed` at this time. It replaces the one before, so there is one timer; at most one a call."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendToDestination:
    """Send a failure record, durably. Answered by `DestinationTook` or `DestinationRefused`.

    The checkpoint does not pass the records it is about before the destination took it.
    """

    delivery: int
    """Names it in the answer; unique within the shard's state machine."""
    destination_arn: str
    failure: FailureRecord
    """`failure_record.notification` makes SQS's and SNS's body of it, `failure_record.s3_object` S3's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """All up to here is done. `ShardEnd`: all of the shard. They only go forward; only the last need be written."""

    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The shard is at its end and all of it is done, after the `Checkpoint` that says so. Nothing more will come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """The mapping is disabled and nothing is under way any more: it may say Disabled, its lease may be given up."""


class Metric(Enum):
    """A mapping's metrics, by their names in CloudWatch's namespace AWS/Lambda."""

    POLLED = "PolledEventCount"
    FILTERED_OUT = "FilteredOutEventCount"
    INVOKED = "InvokedEventCount"
    FAILED_INVOKE = "FailedInvokeEventCount"
    DROPPED = "DroppedEventCount"
    SENT_TO_DESTINATION = "OnFailureDestinationDeliveredEventCount"
    ITERATOR_AGE = "IteratorAge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A metric's value: a number of events, to be summed; of ITERATOR_AGE milliseconds, not to be summed."""

    metric: Metric
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingResult:
    """The mapping's LastProcessingResult changed: "OK", or "PROBLEM: " and what is wrong.

    Before the first one it is "No records processed".
    """

    text: str


type Command = (
    Read | Invoke | WaitUntil | SendToDestination | Checkpoint | Finished | Quiet | Measured | ProcessingResult
)
