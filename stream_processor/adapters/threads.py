"""Real threads and real time."""

import time
from collections.abc import Callable, Sequence
from threading import Thread

from stream_processor.ports import Task


class SystemClock:
    """The machine's clocks."""

    def monotonic_s(self) -> float:
        """Return seconds that never run backwards."""
        return time.monotonic()

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        return time.time_ns() // 1_000_000


class _ThreadTask:
    def __init__(self, thread: Thread) -> None:
        self.thread = thread

    def done(self) -> bool:
        return not self.thread.is_alive()


class ThreadExecutor:
    """A new thread for each task.

    The threads are daemons: one that hangs must not keep the runtime from ending the process. Starting one takes
    well under a millisecond, so a pool, whose workers a hung task would use up, gains nothing.
    """

    def start(self, name: str, run: Callable[[], None]) -> Task:
        """Start `run` on a thread."""
        thread = Thread(target=run, name=name, daemon=True)
        thread.start()
        return _ThreadTask(thread)

    def wait(self, tasks: Sequence[Task], timeout_s: float) -> None:
        """Return once all are done, or after `timeout_s` seconds."""
        ends_at_s = time.monotonic() + timeout_s
        for task in tasks:
            if isinstance(task, _ThreadTask):
                task.thread.join(max(0.0, ends_at_s - time.monotonic()))

    def pause(self, pause_s: float) -> None:
        """Sleep."""
        time.sleep(pause_s)
