"""Take one consumer's answers while its patience lasts; what is missing in the end is Retry."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import countOf

from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.deadline import Clock
from stream_processor.outcome import DELIVERED, Cause, Delivered, Outcome, Rejected, Retry, Skipped

STILL_RUNNING = Cause(type="StillRunning", message="the consumer has not come back from an earlier batch")
OUT_OF_PATIENCE = Cause(type="OutOfPatience", message="the consumer did not answer within its patience")
NOT_MENTIONED = Cause(type="NotMentioned", message="the consumer ended without an answer for this change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One consumer's outcomes: for every change that it was given, exactly one.

    Attributes:
        answered_at_ms: event id -> when the answer came, milliseconds since 1970.
        took_s: seconds until the consumer was through with the batch, or until its patience ended.

    """

    outcomes: Mapping[str, Outcome]
    answered_at_ms: Mapping[str, int]
    took_s: float

    def not_delivered(self) -> Mapping[str, Skipped | Retry | Rejected]:
        """Return the outcomes other than Delivered, by event id."""
        if countOf(self.outcomes.values(), DELIVERED) == len(self.outcomes):  # so it is nearly always
            return {}
        return {event_id: o for event_id, o in self.outcomes.items() if not isinstance(o, Delivered)}

    def failures(self) -> Mapping[str, Retry | Rejected]:
        """Return the outcomes that leave their change to be put away, by event id."""
        return {event_id: o for event_id, o in self.not_delivered().items() if not isinstance(o, Skipped)}


class Hearing:
    """One consumer's answers for one batch.

    Filled on the consumer's thread, and closed on the batch's. Closing copies what was heard: whatever the consumer's
    thread adds after that is seen by nobody, so the two need no lock.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin to hear."""
        self._clock = clock
        self._began_s = clock.monotonic_s()
        self._outcomes: dict[str, Outcome] = {}
        self._retries: dict[str, Retry] = {}
        self._answered_at_ms: dict[str, int] = {}
        self._missing = OUT_OF_PATIENCE
        self._finished_s: float | None = None
        self._closed = False

    def hear(self, answers: Iterable[Answer]) -> None:
        """Take answers as they come, until they end or nothing more is heard.

        Of several for one change the first counts, but Retry only until a later answer is better.
        """
        outcomes, answered_at_ms, now_ms = self._outcomes, self._answered_at_ms, self._clock.now_ms
        for answer in answers:
            if self._closed:
                return
            event_id, outcome = answer.change.event_id, answer.outcome
            if outcome is not DELIVERED and isinstance(outcome, Retry):
                self._retries[event_id] = outcome
            elif event_id not in outcomes:
                answered_at_ms[event_id] = now_ms()
                outcomes[event_id] = outcome

    def begins(self) -> None:
        """Note that a call begins: until it ends, what is missing is out of patience."""
        self.ended(OUT_OF_PATIENCE)

    def ended(self, missing: Cause) -> None:
        """Note why changes that have no answer yet have none: the call that should have answered has ended."""
        self._missing = missing

    def finished(self) -> None:
        """Note that the consumer is through with the batch."""
        self._finished_s = self._clock.monotonic_s()

    def unanswered(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Return those of `changes` that have no final answer."""
        return [change for change in changes if change.event_id not in self._outcomes]

    def asked_s(self, changes: Sequence[Change]) -> float | None:
        """Return the longest time that the sink asked to be left alone for any of `changes`, if it asked."""
        retries = (self._retries.get(change.event_id) for change in changes)
        return max((retry.after_s for retry in retries if retry and retry.after_s), default=None)

    def close(self, changes: Sequence[Change]) -> Tally:
        """Hear nothing more; return an outcome for each of `changes`."""
        self._closed = True
        finished_s = self._finished_s
        ended_s = self._clock.monotonic_s() if finished_s is None else finished_s
        outcomes = self._outcomes.copy()  # before the times: an answer's time is noted before the answer
        answered_at_ms = self._answered_at_ms.copy()
        missing, now_ms = Retry(cause=self._missing), self._clock.now_ms()
        for event_id in [change.event_id for change in changes if change.event_id not in outcomes]:
            outcomes[event_id] = self._retries.get(event_id, missing)
            answered_at_ms[event_id] = now_ms
        return Tally(outcomes=outcomes, answered_at_ms=answered_at_ms, took_s=ended_s - self._began_s)
