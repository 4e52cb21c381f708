"""One process of a function, with the Runtime API server that serves it alone."""

import json
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock, Thread

from fanout_local.lambda_executor.exchange import Exchange
from fanout_local.lambda_executor.runtime_api import RuntimeApi

START_FUNCTION = Path(__file__).with_name("start_function.py")
# Linux sends the parent-death signal when the THREAD that made a process ends: this one lives as long as LocalStack.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lambda-spawner")


class FunctionProcess:
    """A running process; it is watched, and when it ends its server and all that it started end too."""

    def __init__(
        self, *, exchange: Exchange, api: RuntimeApi, process: subprocess.Popen[bytes], note: Path | None
    ) -> None:
        self.exchange = exchange
        self._api = api
        self._process = process
        self._note = note
        self._reaping = Lock()
        Thread(target=self._watch, name=f"lambda-watch-{process.pid}", daemon=True).start()

    def kill(self) -> None:
        """End the process and all that it started, at once; harmless when it has ended."""
        with self._reaping:
            if self._process.returncode is None:
                _kill_group(self._process.pid)

    def peak_memory_mb(self) -> int:
        """The most memory that the process held so far; 0 where the system does not tell, or when it has ended."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0
        return next(
            (int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0
        )

    def _watch(self) -> None:
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        with self._reaping:
            # Not reaped yet, so the number still names this group and no other.
            _kill_group(self._process.pid)
            code = self._process.wait()
        if self._note:
            self._note.unlink(missing_ok=True)
        self.exchange.exited(code)
        self._api.close()


def start_process(
    *,
    command: list[str],
    variables: dict[str, str],
    api: RuntimeApi,
    exchange: Exchange,
    folder: Path,
    log: Path,
    note: Path | None,
    function_name: str,
) -> FunctionProcess:
    """Start a process in `folder`, its output added to the file `log`.

    `note` names a file that tells its pid for as long as it lives.
    """
    process = _SPAWNER.submit(_spawn, command, variables, folder, log).result()
    if note:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({"pid": process.pid, "function": function_name}) + "\n")
    return FunctionProcess(exchange=exchange, api=api, process=process, note=note)


def _spawn(command: list[str], variables: dict[str, str], folder: Path, log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True,
        )  # fmt: skip


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # PermissionError: what macOS answers when only a process that has ended is left.
        return
