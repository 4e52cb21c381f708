"""Stopping a stack from outside its supervisor's process."""

import os
import signal
import time

from fanout_local.left_overs import end_left_overs
from fanout_local.lock import InstanceLock, holder
from fanout_local.paths import InstanceFolder
from fanout_local.reporter import Reporter

STOP_WAIT_S = 30.0
KILL_WAIT_S = 5.0
POLL_S = 0.05


def stop_stack(folder: InstanceFolder, reporter: Reporter) -> bool:
    """Stop the instance and end what an earlier run left behind; returns whether there was anything to stop.

    The supervisor is asked first (SIGTERM), killed after STOP_WAIT_S; the rest is found by its mark.
    """
    if not folder.root.exists():
        return bool(end_left_overs(folder))
    lock = InstanceLock.try_acquire(folder.lock)
    ran = lock is None
    if lock is None:
        reporter.step(f"Stopping the local stack {folder.name!r}")
        lock = _stop_supervisor(folder, signal.SIGTERM, STOP_WAIT_S)
    if lock is None:
        reporter.trouble(f"Its supervisor did not stop in {STOP_WAIT_S:.0f} s and is killed.")
        lock = _stop_supervisor(folder, signal.SIGKILL, KILL_WAIT_S)
    ended = end_left_overs(folder)
    for left_over in ended:
        reporter.trouble(f"Ended process {left_over}, left over.")
    folder.state.unlink(missing_ok=True)
    if lock is not None:
        lock.release()
    return ran or bool(ended)


def _stop_supervisor(folder: InstanceFolder, number: signal.Signals, wait_s: float) -> InstanceLock | None:
    """Signal the lock's holder and wait for the lock; None when it is still held then."""
    until_s = time.monotonic() + wait_s
    signalled = None
    while time.monotonic() < until_s:
        lock = InstanceLock.try_acquire(folder.lock)
        if lock is not None:
            return lock
        supervisor = holder(folder.lock)
        if supervisor is not None and supervisor != signalled and supervisor.is_alive():
            os.kill(supervisor.pid, number)
            signalled = supervisor
        time.sleep(POLL_S)
    return None
