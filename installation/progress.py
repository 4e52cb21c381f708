"""A line for each step: while it runs on a terminal, when it is done everywhere."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from shutil import get_terminal_size
from typing import TextIO

from installation.command import Command
from installation.step import Step

REFRESH_S = 0.2
# Without a terminal (a log of CI), a long step says now and then that it is alive.
REMIND_S = 15.0


class Ending(Enum):
    """How a step ended, as its line shows it."""

    DONE = "✓"
    FAILED = "✗"
    STOPPED = "-"


class Progress:
    """Tells how far set-up is. Safe to call from several threads."""

    def __init__(self, output: TextIO = sys.stdout) -> None:
        self._output = output
        self._live = output.isatty()
        self._lock = threading.Lock()
        self._running: dict[str, tuple[float, Step, Command]] = {}
        self._live_lines = 0
        self._reminded_at = time.monotonic()

    def say(self, text: str) -> None:
        """One line of text."""
        with self._lock:
            self._erase()
            self._output.write(f"{text}\n")
            self._output.flush()

    def started(self, step: Step, command: Command) -> None:
        """The step begins."""
        with self._lock:
            self._running[step.name] = (time.monotonic(), step, command)

    def ended(self, step: Step, ending: Ending) -> None:
        """The step has ended: its line."""
        with self._lock:
            started_at, _, _ = self._running.pop(step.name)
        self.say(f"  {ending.value} {step.title:<34} {time.monotonic() - started_at:5.1f} s")

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Keeps telling what runs, until left."""
        over = threading.Event()
        thread = threading.Thread(target=self._keep_telling, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            with self._lock:
                self._erase()
                self._output.flush()

    def _keep_telling(self, over: threading.Event) -> None:
        while not over.wait(REFRESH_S):
            with self._lock:
                if self._live:
                    self._erase()
                    lines = self._lines()
                    self._output.write("".join(f"{line}\n" for line in lines))
                    self._output.flush()
                    self._live_lines = len(lines)
                elif time.monotonic() - self._reminded_at > REMIND_S:
                    self._reminded_at = time.monotonic()
                    self._output.write("".join(f"{line}\n" for line in self._lines()))
                    self._output.flush()

    def _lines(self) -> list[str]:
        now = time.monotonic()
        columns = get_terminal_size().columns if self._live else 120
        return [
            f"  … {step.title:<34} {now - started_at:5.1f} s  {command.last_line()}"[: columns - 1]
            for started_at, step, command in self._running.values()
        ]

    def _erase(self) -> None:
        if self._live_lines:
            self._output.write(f"\x1b[{self._live_lines}F\x1b[J")
            self._live_lines = 0
