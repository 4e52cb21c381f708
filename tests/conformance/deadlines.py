"""Deadlines for calls to adapters."""

from stream_processor.adapters.threads import SystemClock
from stream_processor.deadline import Deadline


def soon(seconds_s: float = 30) -> Deadline:
    """Return a deadline that leaves time enough for any call."""
    return Deadline.after(seconds_s, SystemClock())


def passed() -> Deadline:
    """Return a deadline that has passed."""
    return Deadline.after(-1, SystemClock())
