"""One engine's running process."""

import http.client
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from fanout_local.engines.engine import Engine
from fanout_local.left_overs import MARK
from fanout_local.process_identity import ProcessIdentity, identify

LAUNCHER = Path(__file__).with_name("launcher.py")
HEALTH_TIMEOUT_S = 1.0
# The engines' settings are fixed: nothing else of the user's environment reaches them.
PASSED_ON = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "TMPDIR", "TZ", "USER")


class EngineProcess:
    """Started by the constructor, in a session of its own, its output in `log`.

    On Linux it ends when the thread that made it ends: make it from a thread that lives as long as the stack.
    """

    def __init__(self, engine: Engine, *, log: Path, mark: str) -> None:
        self.engine = engine
        self.log = log
        engine.prepare()
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        with log.open("ab") as output:
            self._log_start_bytes = output.tell()
            self._started_s = time.monotonic()
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), engine.run_as, *engine.command],
                cwd=engine.folder,
                env={**environment, **engine.environment, MARK: mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.identity: ProcessIdentity = identify(self._popen.pid)

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._started_s

    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._popen.poll()

    def is_healthy(self) -> bool:
        """Whether it, and not another program on its port, answers now as it should."""
        healthy = answers(self.engine.port, self.engine.health_path, any_answer=self.engine.any_answer)
        return healthy and listens(self._popen.pid, self.engine.port)

    def ask_to_stop(self) -> None:
        """Send SIGTERM; harmless when it has ended."""
        self._popen.terminate()

    def kill(self) -> None:
        """End it and what it started in its session, at once; harmless when it has ended."""
        if self.exit_code() is None:
            os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()

    def is_done(self) -> bool:
        """Whether it has ended, or said that it has nothing left to do."""
        if self.exit_code() is not None:
            return True
        if self.engine.goodbye is None:
            return False
        with self.log.open("rb") as file:
            file.seek(self._log_start_bytes)
            return self.engine.goodbye.encode() in file.read()


def listens(pid: int, port: int) -> bool:
    """Whether this process has this port; where the system does not tell, it is believed."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True
    return any(
        connection.status == psutil.CONN_LISTEN and getattr(connection.laddr, "port", None) == port
        for connection in connections
    )


def answers(port: int, path: str, *, any_answer: bool) -> bool:
    """Whether an HTTP server on loopback answers 200 (or, with `any_answer`, anything)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=HEALTH_TIMEOUT_S)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return any_answer or status == http.client.OK
