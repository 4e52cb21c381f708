"""One process of a function, with the Runtime API server that serves it alone."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

from fanout_local.lambda_executor.exchange import Exchange
from fanout_local.lambda_executor.runtime_api import RuntimeApi

START_FUNCTION = Path(__file__).with_name("start_function.py")
# Linux sends the parent-death signal when the THREAD that made a process ends: this one lives as long as we do.
_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lambda-spawner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start a process: in `folder`, its output added to the file `log`.

    `note` names a file that tells its pid for as long as it lives.
    """

    function_name: str
    python: Path
    handler: str
    variables: Mapping[str, str]
    folder: Path
    log: Path
    note: Path | None


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
        self._signal(signal.SIGKILL)

    def freeze(self) -> None:
        """Hold all its threads still, as Lambda does between two events."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on after `freeze`."""
        self._signal(signal.SIGCONT)

    def peak_memory_mb(self) -> int:
        """The most memory that the process held so far; 0 where the system does not tell, or once it ended."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0
        return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)

    def _signal(self, number: signal.Signals) -> None:
        with self._reaping:
            if self._process.returncode is None:
                _signal_group(self._process.pid, number)

    def _watch(self) -> None:
        os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOWAIT)
        with self._reaping:
            # Not reaped yet, so the number still names this group and no other.
            _signal_group(self._process.pid, signal.SIGKILL)
            code = self._process.wait()
        self.exchange.exited(code)
        if self._note:
            self._note.unlink(missing_ok=True)
        self._api.close()


def start_process(launch: Launch, *, api: RuntimeApi, exchange: Exchange) -> FunctionProcess:
    """Start a process; `api` serves `exchange` and listens already."""
    process = _SPAWNER.submit(_spawn, launch).result()
    if launch.note:
        launch.note.parent.mkdir(parents=True, exist_ok=True)
        launch.note.write_text(json.dumps({"pid": process.pid, "function": launch.function_name}) + "\n")
    return FunctionProcess(exchange=exchange, api=api, process=process, note=launch.note)


def _spawn(launch: Launch) -> subprocess.Popen[bytes]:
    with launch.log.open("ab") as output:
        return subprocess.Popen(
            [str(launch.python), str(START_FUNCTION), launch.handler],
            cwd=launch.folder,
            env={**launch.variables, "FANOUT_LAMBDA_PARENT": str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        # PermissionError: what macOS answers when only a process that has ended is left.
        return
