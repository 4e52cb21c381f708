"""The fan-out, guarded: projections before it; breakers around it; mass rejections taken for what they are after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stream_processor.change import Change
from stream_processor.circuit_breaker import BREAKER_OPEN, Judge, OpenBreaker
from stream_processor.deadline import Clock, Deadline
from stream_processor.fan_out import FanOut
from stream_processor.hearing import Tally
from stream_processor.mass_rejection import without_mass_rejection
from stream_processor.outcome import Cause, Retry
from stream_processor.ports import BreakerBoard, LedgerUnavailableError
from stream_processor.projection import Projection

type Work = Mapping[str, Sequence[Change]]
"""Consumer name -> the changes that it does not have yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Asks consumers, as far as it is wise to ask them.

    Attributes:
        projections: of the consumers that may not see everything.

    """

    fan_out: FanOut
    projections: Mapping[str, Projection]
    breakers: BreakerBoard
    judge: Judge
    clock: Clock

    def deliver(
        self, work: Work, open_breakers: Mapping[str, OpenBreaker], deadline: Deadline, faults: list[Cause]
    ) -> Mapping[str, Tally]:
        """Return the tally of each consumer in `work`.

        A consumer whose breaker is open is not asked: all its changes are Retry at once. Where a batch gives reason
        to, the breaker is opened for those who come after. Faults of the board are added to `faults`.
        """
        asked = {name: self._projected(name, changes) for name, changes in work.items() if name not in open_breakers}
        heard = self.fan_out.deliver(asked, deadline)
        for name, tally in heard.items():
            reason = self.judge.reason_to_open(name, tally, self.fan_out.patience_s[name])
            if reason:
                self._open_breaker(name, reason, faults)
        return {
            name: _without_mass_rejection(heard[name]) if name in heard else self._not_asked(changes)
            for name, changes in work.items()
        }

    def _projected(self, name: str, changes: Sequence[Change]) -> Sequence[Change]:
        projection = self.projections.get(name)
        return changes if projection is None else [projection.apply(change) for change in changes]

    def _not_asked(self, changes: Sequence[Change]) -> Tally:
        now_ms = self.clock.now_ms()
        event_ids = [change.event_id for change in changes]
        return Tally(
            outcomes=dict.fromkeys(event_ids, Retry(cause=BREAKER_OPEN)),
            answered_at_ms=dict.fromkeys(event_ids, now_ms),
            took_s=0.0,
        )

    def _open_breaker(self, name: str, reason: str, faults: list[Cause]) -> None:
        now_ms = self.clock.now_ms()
        probe_at_ms = now_ms + round(self.judge.policy.probe_every_s * 1000)
        breaker = OpenBreaker(opened_at_ms=now_ms, reason=reason, probe_at_ms=probe_at_ms)
        try:
            self.breakers.open_breaker(name, breaker)
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))


def _without_mass_rejection(tally: Tally) -> Tally:
    return replace(tally, outcomes=without_mass_rejection(tally.outcomes)) if tally.failures() else tally
