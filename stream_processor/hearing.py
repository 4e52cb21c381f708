"""Take one consumer's answers while its patience lasts; what is missing in the end is Retry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock

from stream_processor.change import Change
from stream_processor.deadline import Clock
from stream_processor.outcome import Cause, Outcome, Retry

STILL_RUNNING = Cause(type="StillRunning", message="the consumer has not come back from an earlier batch")
OUT_OF_PATIENCE = Cause(type="OutOfPatience", message="the consumer did not answer within its patience")
NOT_MENTIONED = Cause(type="NotMentioned", message="the consumer ended without an answer for this change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One consumer's outcomes: for every change that it was given, exactly one.

    Attributes:
        answered_at_ms: event id -> when the answer came, milliseconds since 1970.
        took_s: seconds from the first call to the last answer, or to the end of the patience.

    """

    outcomes: Mapping[str, Outcome]
    answered_at_ms: Mapping[str, int]
    took_s: float


class Hearing:
    """One consumer's answers for one batch.

    Written by the consumer's thread and closed by the batch's: after that, nothing that still comes is heard.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin to hear."""
        self._clock = clock
        self._began_s = clock.monotonic_s()
        self._outcomes: dict[str, Outcome] = {}
        self._retries: dict[str, Retry] = {}
        self._answered_at_ms: dict[str, int] = {}
        self._missing = OUT_OF_PATIENCE
        self._closed = False
        self._lock = Lock()

    @property
    def closed(self) -> bool:
        """Whether nothing more is heard."""
        return self._closed

    def hear(self, event_id: str, outcome: Outcome) -> None:
        """Take an answer that is final; of several for one change the first counts."""
        with self._lock:
            if not self._closed and event_id not in self._outcomes:
                self._outcomes[event_id] = outcome
                self._answered_at_ms[event_id] = self._clock.now_ms()

    def hear_retry(self, event_id: str, retry: Retry) -> None:
        """Take an answer that stands only until a later attempt has a better one."""
        with self._lock:
            if not self._closed:
                self._retries[event_id] = retry

    def begins(self) -> None:
        """Note that a call begins: until it ends, what is missing is out of patience."""
        self.ended(OUT_OF_PATIENCE)

    def ended(self, missing: Cause) -> None:
        """Note why changes that have no answer yet have none: the call that should have answered has ended."""
        with self._lock:
            if not self._closed:
                self._missing = missing

    def unanswered(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Return those of `changes` that have no final answer."""
        return [change for change in changes if change.event_id not in self._outcomes]

    def asked_s(self, changes: Sequence[Change]) -> float | None:
        """Return the longest time that the sink asked to be left alone for any of `changes`, if it asked."""
        retries = (self._retries.get(change.event_id) for change in changes)
        return max((retry.after_s for retry in retries if retry and retry.after_s), default=None)

    def close(self, changes: Sequence[Change]) -> Tally:
        """Hear nothing more; return an outcome for each of `changes`."""
        with self._lock:
            self._closed = True
        now_ms = self._clock.now_ms()
        missing = Retry(cause=self._missing)
        for change in changes:
            event_id = change.event_id
            self._outcomes.setdefault(event_id, self._retries.get(event_id, missing))
            self._answered_at_ms.setdefault(event_id, now_ms)
        return Tally(
            outcomes=self._outcomes,
            answered_at_ms=self._answered_at_ms,
            took_s=self._clock.monotonic_s() - self._began_s,
        )
