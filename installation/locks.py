"""Only one set-up at a time in a checkout, and in a cache that several share."""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def locked(folders: Sequence[Path], tell: Callable[[str], None]) -> Iterator[tuple[int, ...]]:
    """Hold the lock of each folder, in this order; wait, and say so, while another set-up has it.

    Gives the files' descriptors: a command that inherits them keeps the lock after us. So when we are killed, the
    next set-up waits for what we started, and then begins on its own.
    """
    with ExitStack() as stack:
        yield tuple(_lock(stack.enter_context(_open(folder)), folder, tell).fileno() for folder in folders)


def _open(folder: Path) -> IO[str]:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / ".setup.lock").open("a+")


def _lock(file: IO[str], folder: Path, tell: Callable[[str], None]) -> IO[str]:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        tell(f"Another set-up (process {file.read().strip() or 'unknown'}) is at work in {folder}; waiting for it.")
        fcntl.flock(file, fcntl.LOCK_EX)
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()))
    file.flush()
    return file
