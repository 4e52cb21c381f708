"""What happened to a batch, in numbers: the source of metrics and of an invocation's log line."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.delivery_state import State
from stream_processor.outcome import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerReport:
    """What one consumer had of a batch.

    Attributes:
        known: changes it was not given, because the ledger says that it has them.
        settled: state -> number of changes that reached it in this invocation.
        unsettled: changes that could be neither delivered nor put away: the stream sends them again.
        causes: why changes were parked or dead-lettered: cause -> number of changes.
        breaker: the consumer's breaker, if it was open when the batch came.
        took_s: seconds that the consumer used.

    """

    known: int
    settled: Mapping[State, int]
    unsettled: int
    causes: Counter[Cause]
    breaker: OpenBreaker | None
    took_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchReport:
    """What happened to a batch.

    Attributes:
        received: records in the event.
        repeated: records left out because the same event held them twice.
        bad_records: reasons of the records that could not be decoded.
        consumers: by name.
        ledger_faults: what went wrong at the ledger; delivery went on without it (I3).
        slack_s: seconds that were left of the deadline at the end.

    """

    received: int
    repeated: int
    bad_records: tuple[str, ...]
    consumers: Mapping[str, ConsumerReport]
    ledger_faults: tuple[Cause, ...]
    slack_s: float
