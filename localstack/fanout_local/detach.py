"""Starting a stack whose supervisor lives on in the background."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from subprocess import Popen

from fanout_local.errors import LocalStackError
from fanout_local.log_tail import LogFollower
from fanout_local.paths import InstanceFolder
from fanout_local.state import read_state_of

POLL_S = 0.05


def start_detached(folder: InstanceFolder, arguments: Sequence[str], show: Callable[[str], None]) -> int:
    """Run `fanout-local up ARGUMENTS` in the background, showing its output until all is healthy.

    Returns 0 then, or its exit code when it ended before. Its output goes on into the instance's supervisor.log. Ctrl-C
    meanwhile stops it.
    """
    folder.root.mkdir(parents=True, exist_ok=True)
    log = folder.supervisor_log
    with log.open("wb") as output:
        process = Popen(
            [sys.executable, "-m", "fanout_local.cli", "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    shown = LogFollower(lambda: [log], from_start=True)
    try:
        while True:
            code = process.poll()
            ready = code is None and _is_ready(folder, process.pid)
            for _, line in shown.new_lines():
                show(line)
            if code is not None or ready:
                return code or 0
            time.sleep(POLL_S)
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise


def _is_ready(folder: InstanceFolder, pid: int) -> bool:
    try:
        return read_state_of(folder).supervisor.pid == pid
    except LocalStackError:
        return False
