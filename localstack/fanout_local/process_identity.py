"""A process, named so that a later process with the same pid is not taken for it."""

from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A pid and when that process started (seconds since the epoch, as psutil tells it)."""

    pid: int
    started_at: float

    def is_alive(self) -> bool:
        """Whether this very process runs (one that has ended but was not waited for does not)."""
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.started_at and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def identify(pid: int) -> ProcessIdentity:
    """The identity of the process that has this pid now. Raises psutil.NoSuchProcess."""
    return ProcessIdentity(pid=pid, started_at=psutil.Process(pid).create_time())
