"""Running the tools that do the work, each with its output in the step's log."""

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

from installation.failure import explain

SYSTEM_CERTIFICATES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/cert.pem"),
)
CERTIFICATE_VARIABLES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
NOT_PASSED_ON = frozenset({"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "CONDA_PREFIX", "UV_SYSTEM_PYTHON", "UV_PYTHON"})
STOP_AFTER_S = 5.0


class Command:
    """Runs the commands of one step. `keep_open` are locks that live for as long as a command of ours does."""

    def __init__(self, step: str, *, log: Path, environment: Mapping[str, str], keep_open: Sequence[int]) -> None:
        self.log = log
        self._step = step
        self._environment = environment
        self._keep_open = tuple(keep_open)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()

    def __call__(self, *arguments: str | Path, folder: Path | None = None, **environment: str | Path) -> None:
        """Run one command; more environment as keywords. Raises SetupError, with the cause found in its output."""
        more = {name: str(value) for name, value in environment.items()}
        with self.log.open("ab") as output:
            output.write(f"$ {' '.join(map(str, arguments))}\n".encode())
            output.flush()
            self._process = subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd=folder,
                env={**self._environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=self._keep_open,
            )
            if self._stopped.is_set():
                self.stop()
            exit_code = self._process.wait()
        if exit_code:
            raise explain(self._step, exit_code, self.log)

    def last_line(self) -> str:
        """The last words of the command that runs: what it is busy with."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - 1000))
                lines = file.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip() and not line.startswith("$ ")), "")

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called: another step has failed, or the person has had enough."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """End the command that runs, if any; and none starts after it."""
        self._stopped.set()
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(STOP_AFTER_S)
        except subprocess.TimeoutExpired:
            process.kill()


def command_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of every command: one certificate file for all tools, nobody's virtual environment.

    The certificate file that is named for one tool is taken for all; where none is named, the system's is. A package
    index that is named for pip is uv's too.
    """
    environment = {name: value for name, value in environ.items() if name not in NOT_PASSED_ON}
    named = (environ[name] for name in CERTIFICATE_VARIABLES if environ.get(name))
    system = (str(path) for path in SYSTEM_CERTIFICATES if path.is_file())
    certificates = next(chain(named, system), None)
    if certificates:
        environment = dict.fromkeys(CERTIFICATE_VARIABLES, certificates) | environment
    if "PIP_INDEX_URL" in environ:
        environment.setdefault("UV_DEFAULT_INDEX", environ["PIP_INDEX_URL"])
    return environment | {"UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never", "PIP_NO_INPUT": "1"}
