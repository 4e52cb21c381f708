"""When to stop asking a sink that fails or hangs, and when to try it again.

While a consumer's breaker is open, the stream function parks its changes at once, so the sink delays nobody (I6).
Only the retry worker probes: it has the parked changes at hand and holds up no shard.
"""

from dataclasses import dataclass, field

from stream_processor.hearing import OUT_OF_PATIENCE, STILL_RUNNING, Tally
from stream_processor.outcome import Cause, Retry

BREAKER_OPEN = Cause(type="BreakerOpen", message="the sink has failed lately and is not asked until a probe succeeds")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBreaker:
    """The shared state of a breaker that is open; a breaker that is closed has none.

    Attributes:
        opened_at_ms: milliseconds since 1970.
        reason: for people.
        probe_at_ms: the time from which one retry worker may try the sink.

    """

    opened_at_ms: int
    reason: str
    probe_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerPolicy:
    """When a breaker opens, and how often an open one is probed.

    A batch that used up the whole patience opens it at once: a second one would hold up the shard again. Failures
    that come fast cost little, so several in a row are awaited.

    Attributes:
        failures: bad batches in a row that open the breaker.
        bad_share: the share of a batch's changes answered by Retry that makes it a bad one.
        slow_share: the share of the patience from which a batch that was delivered counts as bad all the same.
        used_up_share: the share of the patience from which it counts as used up: a call that is given just what is
            left of the patience ends a moment before it.
        probe_every_s: seconds between probes.

    """

    failures: int = 3
    bad_share: float = 0.5
    slow_share: float = 0.75
    used_up_share: float = 0.95
    probe_every_s: float = 5.0


@dataclass(slots=True, kw_only=True)
class Judge:
    """Counts the bad batches in a row of each consumer, in this execution environment."""

    policy: BreakerPolicy
    _bad_in_a_row: dict[str, int] = field(default_factory=dict)

    def reason_to_open(self, consumer: str, tally: Tally, patience_s: float) -> str | None:
        """Return why the breaker should be open after this batch, or None."""
        if not tally.outcomes:
            return None
        causes = [outcome.cause for outcome in tally.failures().values() if isinstance(outcome, Retry)]
        used_up = tally.took_s >= patience_s * self.policy.used_up_share
        if used_up or OUT_OF_PATIENCE in causes or STILL_RUNNING in causes:
            return f"no answer within {patience_s:g} s"
        slow = tally.took_s >= patience_s * self.policy.slow_share
        bad = slow or len(causes) >= len(tally.outcomes) * self.policy.bad_share
        self._bad_in_a_row[consumer] = self._bad_in_a_row.get(consumer, 0) + 1 if bad else 0
        if self._bad_in_a_row[consumer] < self.policy.failures:
            return None
        why = f"{causes[0].type}: {causes[0].message}" if causes else f"slow: {tally.took_s:.1f} s a batch"
        return f"{self.policy.failures} batches in a row failed; {why}"
