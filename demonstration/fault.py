"""A fault made on purpose, to show that nothing is lost: SIGKILL for the stream function's processes."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import psutil

from fanout_local.paths import instance_folder

LOOK_EVERY_S = 0.05


class KillStreamFunction:
    """Kills every process of the function that runs at a given time after its start; waits for one if none does.

    Attributes:
        killed: the process ids.

    """

    def __init__(self, instance: str, function: str, after_s: float) -> None:
        """Prepare to kill `function` of this instance's stack `after_s` seconds after `start`."""
        self.killed: list[int] = []
        self._notes = instance_folder(instance).functions
        self._function = function
        self._after_s = after_s
        self._stop = Event()
        self._thread = Thread(target=self._run, name="fault", daemon=True)

    def start(self) -> None:
        """Begin to count the seconds."""
        self._thread.start()

    def stop(self) -> None:
        """Kill nothing from now on."""
        self._stop.set()
        if self._thread.ident:
            self._thread.join()

    def _run(self) -> None:
        wait_s = self._after_s
        while not self.killed and not self._stop.wait(wait_s):
            self.killed += [pid for pid in running(self._notes, self._function) if _kill(pid)]
            wait_s = LOOK_EVERY_S


def running(notes: Path, function: str) -> Iterator[int]:
    """Yield the process ids that the Lambda executor noted for this function."""
    for note in notes.glob(f"{function}-*.json"):
        try:
            noted = json.loads(note.read_text())
        except (FileNotFoundError, ValueError):
            continue  # the environment ended, or its note is being written
        if noted["function"] == function and psutil.pid_exists(noted["pid"]):
            yield noted["pid"]


def _kill(pid: int) -> bool:
    try:
        psutil.Process(pid).send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return False
    return True
