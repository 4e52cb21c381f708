"""Make durable what consumers did not take: park it or dead-letter it, whole (I1)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from stream_processor.change import BadRecord, Change
from stream_processor.deadline import Clock, Deadline
from stream_processor.delivery_state import Standing, State
from stream_processor.hearing import Tally
from stream_processor.outcome import Cause, Rejected, Retry, Skipped
from stream_processor.parking import MOST_DELAY_S
from stream_processor.ports import FailuresBucket, RetryQueue
from stream_processor.undelivered import DECODER, Undelivered

BAD_RECORD = "BadRecord"


@dataclass(frozen=True, slots=True, kw_only=True)
class PuttingAway:
    """The places where undelivered changes become durable.

    Attributes:
        retry_queues: by consumer name.

    """

    retry_queues: Mapping[str, RetryQueue]
    failures: FailuresBucket
    clock: Clock

    def put_away(
        self, consumer: str, changes: Sequence[Change], tally: Tally, deadline: Deadline
    ) -> dict[str, Standing]:
        """Return where each change stands at `consumer` now, by event id; a change that is not in it is unsettled."""
        not_delivered = tally.not_delivered()
        standings = _delivered(tally, not_delivered)
        if not not_delivered:
            return standings
        parked: list[Undelivered] = []
        delays_s: list[float] = []
        dead: list[Undelivered] = []
        for change in changes:
            outcome = not_delivered.get(change.event_id)
            if outcome is None:
                continue
            at_ms = tally.answered_at_ms[change.event_id]
            match outcome:
                case Skipped():
                    standings[change.event_id] = Standing(state=State.SKIPPED, at_ms=at_ms)
                case Retry(cause=cause, after_s=after_s):
                    parked.append(_undelivered(change.event_id, consumer, cause, at_ms, change.record))
                    delays_s.append(min(MOST_DELAY_S, after_s or 0.0))
                case Rejected(cause=cause):
                    dead.append(_undelivered(change.event_id, consumer, cause, at_ms, change.record))
                case _:
                    assert_never(outcome)
        if parked:
            done = self.retry_queues[consumer].park(parked, deadline, delays_s=delays_s)
            standings |= self._standings(parked, done, State.PARKED)
        if dead:
            done = self.failures.put(dead, deadline)
            standings |= self._standings(dead, done, State.DEAD_LETTERED)
        return standings

    def put_away_bad_records(self, bad_records: Sequence[BadRecord], deadline: Deadline) -> list[BadRecord]:
        """Dead-letter records that could not be decoded; return those that are not durable."""
        if not bad_records:
            return []
        now_ms = self.clock.now_ms()
        dead = [
            _undelivered(bad.event_id, DECODER, Cause(type=BAD_RECORD, message=bad.reason), now_ms, bad.record)
            for bad in bad_records
        ]
        done = set(self.failures.put(dead, deadline))
        return [bad for position, bad in enumerate(bad_records) if position not in done]

    def _standings(self, put: Sequence[Undelivered], done: Collection[int], state: State) -> dict[str, Standing]:
        now_ms = self.clock.now_ms()
        return {str(put[position].event_id): Standing(state=state, at_ms=now_ms) for position in done}


def _delivered(tally: Tally, not_delivered: Iterable[str]) -> dict[str, Standing]:
    """Return the standings of what was delivered; changes answered in one millisecond share one."""
    answered_at_ms = tally.answered_at_ms
    at = {at_ms: Standing(state=State.DELIVERED, at_ms=at_ms) for at_ms in {*answered_at_ms.values()}}
    standings = dict(zip(answered_at_ms, map(at.__getitem__, answered_at_ms.values()), strict=True))
    for event_id in not_delivered:
        del standings[event_id]
    return standings


def _undelivered(event_id: str | None, consumer: str, cause: Cause, at_ms: int, record: object) -> Undelivered:
    return Undelivered(
        event_id=event_id,
        consumer=consumer,
        cause=cause,
        attempts=1,
        first_at_ms=at_ms,
        last_at_ms=at_ms,
        record=record,
    )
