"""What a shard's state machine is told: a closed union. Pure.

Every call of `Shard.handle` passes one of these and the time, in milliseconds since 1970.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from fanout_local.event_source_mapping.settings import MappingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePassed:
    """The time of the last `WaitUntil` has come. It is never wrong to say so at another time; the first starts all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsRead:
    """GetRecords answered the `Read`."""

    records: tuple[Mapping[str, object], ...]
    """As the API gave them, oldest first: in botocore's form (datetime, bytes) or the wire's (seconds, base64)."""
    at_end: bool = False
    """No NextShardIterator came with it: the shard is closed and read to its end."""


class ReadFailure(Enum):
    """Why a read failed."""

    EXPIRED_ITERATOR = "ExpiredIteratorException"
    TRIMMED = "TrimmedDataAccessException"
    THROTTLED = "throttled (LimitExceededException, ProvisionedThroughputExceededException, ThrottlingException)"
    UNAVAILABLE = "no answer, or an error of the service"
    DENIED = "AccessDeniedException"
    VANISHED = "ResourceNotFoundException: the stream or the shard is no more"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFailed:
    """GetShardIterator or GetRecords failed, for the `Read`."""

    kind: ReadFailure
    cause: str = ""
    """In words, for the mapping's LastProcessingResult."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoked:
    """The function ran: it returned, or it failed (an exception, a time-out, a crash)."""

    invocation: int
    """The `Invoke` it answers."""
    payload: bytes
    """What it returned, as the Invoke API gave it; of a failed one, the error."""
    function_error: str | None = None
    """The answer's X-Amz-Function-Error, such as "Unhandled"; None: it returned."""
    request_id: str = ""
    status_code: int = 200
    executed_version: str = "$LATEST"


class InvokeFailure(Enum):
    """Why the function did not run."""

    THROTTLED = "TooManyRequestsException"
    SERVICE_ERROR = "no answer, or an error of the service"
    FUNCTION_NOT_FOUND = "ResourceNotFoundException: the function is no more"
    DENIED = "AccessDeniedException"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeFailed:
    """The function did not run, so this is no attempt: the same batch is sent again after a back-off."""

    invocation: int
    kind: InvokeFailure
    cause: str = ""
    """In words, for the mapping's LastProcessingResult."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationTook:
    """The on-failure destination has the record durably."""

    delivery: int
    """The `SendToDestination` it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DestinationRefused:
    """The on-failure destination does not have the record; it is sent again after a back-off."""

    delivery: int
    cause: str = ""
    """In words, for the mapping's LastProcessingResult."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged:
    """The mapping was updated, enabled or disabled. The position is kept."""

    settings: MappingSettings


type Happening = (
    TimePassed
    | RecordsRead
    | ReadFailed
    | Invoked
    | InvokeFailed
    | DestinationTook
    | DestinationRefused
    | SettingsChanged
)
