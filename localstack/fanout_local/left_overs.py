"""Finding and ending the processes of one instance: by the mark in their environment, never by name."""

import os

import psutil

from fanout_local.paths import InstanceFolder

MARK = "FANOUT_LOCAL_INSTANCE_ID"
END_WAIT_S = 5.0


def find_left_overs(folder: InstanceFolder) -> list[psutil.Process]:
    """All processes that carry this instance's mark, however they were started; never this one or one above it."""
    spared = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in spared and _mark(process) == folder.mark]


def end_left_overs(folder: InstanceFolder) -> list[str]:
    """Kill them and wait until they are gone; returns what was ended: "123 (java)".

    psutil looks at the start time before it signals, so a pid that was given to another process meanwhile is safe.
    Looked for again until none is left: one may start another just as it is killed.
    """
    ended: list[str] = []
    while left := find_left_overs(folder):
        for process in left:
            try:
                ended.append(f"{process.pid} ({process.name()})")
                process.kill()
            except psutil.NoSuchProcess:
                continue
        _, alive = psutil.wait_procs(left, timeout=END_WAIT_S)
        if alive:
            break
    return ended


def _mark(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process.environ().get(MARK)
    except (psutil.AccessDenied, psutil.NoSuchProcess, OSError):
        return None
