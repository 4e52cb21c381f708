"""Becomes an engine: `python -I -S launcher.py PARENT_PID RUN_AS COMMAND...` (standard library only).

A process that is started by way of this file ends when its supervisor does, even by `kill -9` (Linux). This is done
here and not by a function run between fork and exec, because the supervisor's process may have threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NOBODY = 65534
UID_IN_NAMESPACE = 1000


def become(parent_pid: int, run_as: str, command: list[str]) -> None:
    """Replace this process by the command. Raises OSError when that cannot be done."""
    if run_as == "nobody":
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    elif run_as == "namespace":
        enter_user_namespace()
    if sys.platform == "linux":
        die_with(parent_pid)
    os.execvp(command[0], command)  # noqa: S606 (no shell is wanted)


def die_with(parent_pid: int) -> None:
    """Have the kernel kill this process when the thread that started it ends.

    After any change of user: such a change takes the wish back.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent_pid:
        sys.exit("The supervisor is gone.")


def enter_user_namespace() -> None:
    """Be an ordinary user in one's own eyes, while files see the real one."""
    uid, gid = os.getuid(), os.getgid()
    os.unshare(os.CLONE_NEWUSER)
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{UID_IN_NAMESPACE} {uid} 1"),
        ("gid_map", f"{UID_IN_NAMESPACE} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 (pathlib would double the start-up time)
            file.write(line)


if __name__ == "__main__":
    try:
        become(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
    except OSError as error:
        sys.exit(f"Cannot start {sys.argv[3]}: {error}")
