"""How the supervisor tells of its progress."""

from typing import Protocol

from fanout_local.state import StackState


class Reporter(Protocol):
    """Told as things happen, always from the supervisor's thread; must return at once and never raise."""

    def step(self, message: str) -> None:
        """Something was begun or done."""

    def engine_ready(self, title: str, seconds: float) -> None:
        """An engine became healthy, so many seconds after it was started."""

    def trouble(self, message: str) -> None:
        """Something went wrong that the supervisor dealt with."""

    def stack_ready(self, state: StackState, seconds: float) -> None:
        """All engines are healthy, so many seconds after the start."""


class SilentReporter:
    """Tells nobody."""

    def step(self, message: str) -> None:
        """Nothing."""

    def engine_ready(self, title: str, seconds: float) -> None:
        """Nothing."""

    def trouble(self, message: str) -> None:
        """Nothing."""

    def stack_ready(self, state: StackState, seconds: float) -> None:
        """Nothing."""
