"""Giving an engine that refuses root a user to run as."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from fanout_local.engines.engine import RunAs
from fanout_local.errors import LocalStackError

NOBODY_UID = 65534
OTHERS_MAY_ENTER = 0o001
OTHERS_MAY_READ = 0o004


def choose_run_as(*, programs: Sequence[Path], data: Path) -> RunAs:
    """As whom to run an engine that refuses root: `programs` are read, `data` is written by it.

    Raises LocalStackError when neither uid 65534 can reach those folders nor a user namespace can be made.
    """
    if os.geteuid() != 0:
        return RunAs.SELF
    if all(others_can_read(program) for program in programs) and others_can_enter(data.parent):
        return RunAs.NOBODY
    if _namespaces_work():
        return RunAs.NAMESPACE
    raise LocalStackError(
        f"OpenSearch refuses to run as root, and the user it would run as cannot read {programs[0]}.",
        remedy="Work in a folder that every user can enter (not below /root), or as another user than root.",
    )


def others_can_enter(folder: Path) -> bool:
    """Whether any user can pass through this folder and all above it (those that exist yet)."""
    return all(place.stat().st_mode & OTHERS_MAY_ENTER for place in (folder, *folder.parents) if place.exists())


def others_can_read(path: Path) -> bool:
    """Whether any user can read this file or folder. One that is missing is not in the way."""
    path = path.resolve()
    return not path.exists() or bool(path.stat().st_mode & OTHERS_MAY_READ and others_can_enter(path.parent))


def hand_over(folder: Path, run_as: RunAs) -> None:
    """Give a folder and all in it to the user that the engine runs as. Only root can."""
    uid = NOBODY_UID if run_as is RunAs.NOBODY else os.geteuid()
    os.chown(folder, uid, uid)
    for place, folders, files in folder.walk():
        for name in (*folders, *files):
            os.chown(place / name, uid, uid, follow_symlinks=False)


def _namespaces_work() -> bool:
    if sys.platform != "linux":
        return False
    attempt = "import os; os.unshare(os.CLONE_NEWUSER)"
    return subprocess.run([sys.executable, "-I", "-S", "-c", attempt], check=False, capture_output=True).returncode == 0
