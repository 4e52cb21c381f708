"""Asking a check again and again, and knowing when to stop."""

import time
from collections.abc import Callable
from threading import Lock

from demonstration.verification.check import Check

ASK_EVERY_S = 0.5
GRACE_S = 15.0
"""Once everything counts as delivered, a sink that still differs has this long to show what it was given."""


class Waiting:
    """One time limit for all checks. Threads may wait at once."""

    def __init__(
        self,
        timeout_s: float,
        *,
        grace_s: float = GRACE_S,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin to count: `timeout_s` seconds in all, `grace_s` after `everything_delivered`."""
        self._grace_s = grace_s
        self._now = now
        self._sleep = sleep
        self._lock = Lock()
        self._ends_at = now() + timeout_s

    def until_it_holds(self, ask: Callable[[], Check]) -> Check:
        """Return the check's answer: at once when it holds, else as it is when the time is over."""
        while True:
            check = ask()
            if check.ok or self._now() >= self._ends_at:
                return check
            self._sleep(ASK_EVERY_S)

    def give_up(self) -> None:
        """Let every check end with its next answer."""
        with self._lock:
            self._ends_at = self._now()

    def everything_delivered(self) -> None:
        """Nothing is on its way any more: waiting long is of no use."""
        with self._lock:
            self._ends_at = min(self._ends_at, self._now() + self._grace_s)
