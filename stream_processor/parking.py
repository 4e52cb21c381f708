"""How long a change stays parked, and when it is tried again."""

from dataclasses import dataclass, replace

from stream_processor.backoff import Backoff, Chance
from stream_processor.circuit_breaker import BREAKER_OPEN, OpenBreaker
from stream_processor.mass_rejection import MASS_REJECTION
from stream_processor.outcome import Cause, Outcome, Rejected, Retry
from stream_processor.undelivered import Undelivered

DAY_MS = 24 * 3600 * 1000
MOST_DELAY_S = 900.0
"""The longest delay of an SQS message (SQS API Reference, SendMessage)."""
BETWEEN_ATTEMPTS = Backoff(first_s=2.0, most_s=MOST_DELAY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkingPolicy:
    """The rules of parked changes.

    Attributes:
        most_ms: how long a change may be parked; then it goes to the failures bucket, never to expiry.
        mass_rejection_ms: how long a cause that rejected many changes at once has to be mended, before a rejected
            change of that mass is taken for poison after all.
        outage_share: while a breaker is open, a change waits this part of the outage's age before it is looked at
            again, so that a long outage costs few looks and a short one little delay.

    """

    most_ms: int = 10 * DAY_MS
    mass_rejection_ms: int = DAY_MS
    outage_share: float = 0.1
    between_attempts: Backoff = BETWEEN_ATTEMPTS
    least_delay_s: float = 2.0

    def judge(self, undelivered: Undelivered, outcome: Outcome, now_ms: int) -> Outcome:
        """Return the outcome to act upon: the consumer's, but for changes that are parked too long, or in a mass."""
        parked_ms = now_ms - undelivered.first_at_ms
        if isinstance(outcome, Retry) and parked_ms >= self.most_ms:
            message = f"parked for {parked_ms // DAY_MS} days; last cause {outcome.cause.type}: {outcome.cause.message}"
            return Rejected(cause=Cause(type="ParkedTooLong", message=message))
        in_mass = undelivered.cause.type == MASS_REJECTION and parked_ms < self.mass_rejection_ms
        if isinstance(outcome, Rejected) and in_mass:
            return Retry(cause=undelivered.cause)
        return outcome

    def again(
        self, undelivered: Undelivered, retry: Retry, breaker: OpenBreaker | None, now_ms: int, chance: Chance
    ) -> tuple[Undelivered, float]:
        """Return what to park anew, and the seconds after which it is to be handed out.

        A change of a mass keeps that cause, whatever else fails meanwhile: it says that the change is not to blame.
        """
        if retry.cause == BREAKER_OPEN and breaker is not None:
            outage_s = (now_ms - breaker.opened_at_ms) / 1000
            delay_s = max(self.least_delay_s, outage_s * self.outage_share) * (0.5 + chance() / 2)
            return undelivered, min(MOST_DELAY_S, delay_s)
        attempts = undelivered.attempts + 1
        delay_s = self.between_attempts.wait_s(attempts, chance, asked_s=retry.after_s)
        cause = undelivered.cause if undelivered.cause.type == MASS_REJECTION else retry.cause
        again = replace(undelivered, cause=cause, attempts=attempts, last_at_ms=now_ms)
        return again, min(MOST_DELAY_S, delay_s)
