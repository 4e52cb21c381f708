"""Waiting on a condition, with a deadline."""

import time
from collections.abc import Callable

POLL_S = 0.02


def wait_until(condition: Callable[[], bool], *, within_s: float, what: str) -> None:
    """Return once the condition holds; fail when it does not in time."""
    until_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until_s, f"not in {within_s} s: {what}"
        time.sleep(POLL_S)
