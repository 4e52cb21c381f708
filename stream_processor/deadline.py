"""One monotonic budget that flows through all steps of an invocation."""

from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Where time comes from."""

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards; only differences mean something."""
        ...

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A moment by which something must have ended.

    Attributes:
        ends_at_s: on the clock's monotonic scale.

    """

    ends_at_s: float
    clock: Clock

    @staticmethod
    def after(seconds_s: float, clock: Clock) -> "Deadline":
        """Return the deadline that passes in `seconds_s` seconds."""
        return Deadline(ends_at_s=clock.monotonic_s() + seconds_s, clock=clock)

    def remaining_s(self) -> float:
        """Return the seconds left, never less than 0."""
        return max(0.0, self.ends_at_s - self.clock.monotonic_s())

    def passed(self) -> bool:
        """Return whether nothing is left."""
        return self.remaining_s() <= 0.0

    def at_most(self, seconds_s: float) -> "Deadline":
        """Return the earlier of this deadline and `seconds_s` from now."""
        return Deadline(ends_at_s=min(self.ends_at_s, self.clock.monotonic_s() + seconds_s), clock=self.clock)

    def less(self, reserve_s: float) -> "Deadline":
        """Return the deadline that keeps `reserve_s` seconds back for what comes after."""
        return Deadline(ends_at_s=self.ends_at_s - reserve_s, clock=self.clock)
