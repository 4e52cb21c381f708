"""Virtual time, and threads that only differ in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stream_processor.ports import Task


@dataclass(slots=True)
class VirtualTime:
    """The core's clock and executor.

    A task runs at once and to its end, in a time of its own that begins when it is started; the time of whoever started
    it stands meanwhile, and moves on when it waits.
    """

    now_s: float = 0.0

    def monotonic_s(self) -> float:
        """Return the seconds since the world began."""
        return self.now_s

    def now_ms(self) -> int:
        """Return the milliseconds since the world began."""
        return round(self.now_s * 1000)

    def start(self, name: str, run: Callable[[], None]) -> Task:  # noqa: ARG002
        """Run a task in a time of its own."""
        began_s = self.now_s
        run()
        task = _Task(ends_at_s=self.now_s, time=self)
        self.now_s = began_s
        return task

    def wait(self, tasks: Sequence[Task], timeout_s: float) -> None:
        """Let time pass until all tasks have ended, at most `timeout_s`."""
        ends_s = [task.ends_at_s for task in tasks if isinstance(task, _Task)]
        self.now_s = max(self.now_s, min(max(ends_s, default=0.0), self.now_s + timeout_s))

    def pause(self, pause_s: float) -> None:
        """Let time pass."""
        self.now_s += pause_s


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    ends_at_s: float
    time: VirtualTime

    def done(self) -> bool:
        return self.time.now_s >= self.ends_at_s
