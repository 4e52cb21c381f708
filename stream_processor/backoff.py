"""How long to wait before the next attempt: exponential, with full jitter."""

from collections.abc import Callable
from dataclasses import dataclass

type Chance = Callable[[], float]
"""Returns a number from 0 up to, but without, 1: each as likely as any other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Exponential back-off with full jitter: the wait is anything from 0 up to a bound that doubles each time.

    Full jitter spreads the callers that failed together over the whole span, which is what relieves a sink
    (AWS Architecture Blog, "Exponential Backoff and Jitter").

    Attributes:
        first_s: the bound of the first wait, seconds.
        most_s: what the bound never passes, seconds.

    """

    first_s: float
    most_s: float

    def wait_s(self, attempts: int, chance: Chance, *, asked_s: float | None = None) -> float:
        """Return the seconds to wait after `attempts` failed attempts (1 or more).

        Never less than `asked_s`, what the sink itself asked for: coming earlier would only be refused again.
        """
        bound_s = min(self.most_s, self.first_s * 2.0 ** min(attempts - 1, 60))
        return max(asked_s or 0.0, chance() * bound_s)
