"""Printing the processes' logs, and what is added to them."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from fanout_local.errors import LocalStackError
from fanout_local.failure_causes import TAIL_BYTES, log_end
from fanout_local.paths import InstanceFolder

FOLLOW_S = 0.2


def choose_logs(folder: InstanceFolder, name: str | None) -> list[Path]:
    """The log of that name, or all. Raises LocalStackError when there is none."""
    logs = [*sorted(folder.logs.glob("*.log")), *folder.root.glob(folder.supervisor_log.name)]
    chosen = [log for log in logs if name in (None, log.stem)]
    if not chosen:
        there = ", ".join(log.stem for log in logs)
        raise LocalStackError(
            f"There is no log {name!r}." if name and logs else f"The stack {folder.name!r} has no logs.",
            remedy=f"There are: {there}." if there else f"Start it with: fanout-local up --instance {folder.name}",
        )
    return chosen


def last_lines(logs: list[Path], lines: int) -> Iterator[tuple[str, str]]:
    """(name, line) of the last lines of each."""
    for log in logs:
        for line in log_end(log, lines, width=TAIL_BYTES).splitlines() if lines else ():
            yield log.stem, line


class LogFollower:
    """Hands out whole lines as they are added. A log that appears later is found; one begun anew is read anew."""

    def __init__(self, logs: Callable[[], list[Path]], *, from_start: bool = False) -> None:
        self._logs = logs
        self._offsets: dict[Path, int] = {} if from_start else {log: log.stat().st_size for log in logs()}

    def new_lines(self) -> Iterator[tuple[str, str]]:
        """(name, line) of what was added since the last call."""
        for log in self._logs():
            offset = self._offsets.get(log, 0)
            if log.stat().st_size < offset:
                offset = 0
            with log.open("rb") as file:
                file.seek(offset)
                added = file.read()
            whole, newline, _rest = added.rpartition(b"\n")
            self._offsets[log] = offset + len(whole) + len(newline)
            for line in whole.splitlines():
                yield log.stem, line.decode(errors="replace")

    def follow(self) -> Iterator[tuple[str, str]]:
        """As `new_lines`, for ever."""
        while True:
            yield from self.new_lines()
            time.sleep(FOLLOW_S)
