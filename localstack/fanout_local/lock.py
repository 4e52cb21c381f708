"""One supervisor an instance: a lock that ends with its process, however that ends."""

import fcntl
import json
import os
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path
from typing import Self

from fanout_local.process_identity import ProcessIdentity, identify


class InstanceLock:
    """Held from `try_acquire` until `release` or the end of the process. The file tells who holds it."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file = file

    @classmethod
    def try_acquire(cls, path: Path) -> Self | None:
        """The lock, or None when another process has it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        file.truncate(0)
        file.write(json.dumps(asdict(identify(os.getpid()))))
        file.flush()
        return cls(file)

    def release(self) -> None:
        """Let others have it."""
        self._file.close()


def holder(path: Path) -> ProcessIdentity | None:
    """Who wrote the lock last; None when nobody did or it is just being written."""
    try:
        return ProcessIdentity(**json.loads(path.read_text()))
    except (FileNotFoundError, ValueError):
        return None
