"""One execution environment of a function: a process kept warm, given one event at a time."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from fanout_local.lambda_executor import log_lines
from fanout_local.lambda_executor.exchange import (
    MAX_RESPONSE_BYTES,
    Exchange,
    Exited,
    Outcome,
    Raised,
    Ready,
    Responded,
    TimedOut,
    TooLarge,
)
from fanout_local.lambda_executor.invocation import Answer, Function, Invocation, Settings
from fanout_local.lambda_executor.log_file import LogFile
from fanout_local.lambda_executor.process import START_FUNCTION, FunctionProcess, start_process
from fanout_local.lambda_executor.runtime_api import RuntimeApi
from fanout_local.lambda_executor.variables import process_variables

# Lambda gives an initialisation 10 s and then, should it need more, the function's time-out once again.
INIT_TIMEOUT_S = 10.0
EXIT_TIMEOUT_S = 10.0


class Environment:
    """Runs a function's events one after another in a process of the real runtime client.

    The process is started by the first event and again by the next one after it was lost (time-out, exit, a failed
    init), so that every error of an init is an answer with its log, as in Lambda.
    """

    def __init__(
        self,
        *,
        id_: str,
        function: Function,
        given: Mapping[str, object],
        configured: Mapping[str, str],
        settings: Settings,
    ) -> None:
        """`given` and `configured`: see `process_variables`."""
        self._id = id_
        self._function = function
        self._given = given
        self._configured = configured
        self._settings = settings
        self._home = Path(mkdtemp(prefix=f"lambda-{function.name}-"))
        self._scratch = self._home / "tmp"
        self._scratch.mkdir()
        self._log = LogFile(self._home / "log")
        self._process: FunctionProcess | None = None
        self._is_stopped = False

    def invoke(self, invocation: Invocation) -> Answer:
        """Run one event to its end; every way it can go wrong is an answer."""
        request_id = invocation.request_id
        init_ms: float | None = None
        init: Ready | Raised | Exited | TimedOut = Ready()
        process = self._process
        if process is None or not process.exchange.is_idle():
            begun = time.perf_counter()
            self._process = process = self._start()
            init = process.exchange.wait_for_init(INIT_TIMEOUT_S + self._function.timeout_s)
            init_ms = _milliseconds_since(begun)
        self._log.write(log_lines.start_line(request_id, self._function.version))
        begun = time.perf_counter()
        outcome: Outcome
        if isinstance(init, Ready):
            outcome = process.exchange.run(invocation, self._function.timeout_s)
        else:
            outcome = init
        duration_ms = _milliseconds_since(begun)
        memory_mb = process.peak_memory_mb()
        if isinstance(outcome, TimedOut) or not process.exchange.is_idle():
            process.kill()
            process.exchange.wait_for_exit(EXIT_TIMEOUT_S)
            self._process = None
        payload, is_error, lines, status = self._tell(request_id, outcome)
        measured = log_lines.Measured(
            duration_ms=duration_ms, init_ms=init_ms, peak_memory_mb=memory_mb, status=status
        )
        self._log.write(lines + log_lines.end_lines(request_id, self._function, measured))
        return Answer(payload=payload, is_error=is_error, logs=self._log.read_new())

    def stop(self) -> None:
        """End the process, even in the middle of an event, and throw its files away."""
        self._is_stopped = True
        if process := self._process:
            process.kill()
            process.exchange.wait_for_exit(EXIT_TIMEOUT_S)
        rmtree(self._home, ignore_errors=True)

    def whole_log(self) -> str:
        """Everything logged so far."""
        return self._log.read_all()

    def _start(self) -> FunctionProcess:
        exchange = Exchange()
        api = RuntimeApi(exchange)
        variables = process_variables(
            self._function,
            self._given,
            configured=self._configured,
            carried={**self._settings.carried, "FANOUT_LAMBDA_PARENT": str(os.getpid())},
            python=self._settings.python,
            home=self._scratch,
            runtime_api=api.address,
        )
        folder = self._settings.state_folder
        return start_process(
            command=[str(self._settings.python), str(START_FUNCTION), self._function.handler],
            variables=variables,
            api=api,
            exchange=exchange,
            folder=self._function.task_root,
            log=self._log.path,
            note=folder / f"{self._function.name}-{self._id}.json" if folder else None,
            function_name=self._function.name,
        )

    def _tell(self, request_id: str, outcome: Outcome) -> tuple[bytes, bool, str, str]:
        """The payload, whether it is an error, Lambda's own log lines, and REPORT's status."""
        timeout_s = self._function.timeout_s
        match outcome:
            case Responded(body=body):
                return body, False, "", ""
            case Raised(body=body):
                return body, True, "", "error"
            case TooLarge(size_bytes=size_bytes):
                return log_lines.too_large_body(size_bytes, MAX_RESPONSE_BYTES), True, "", "error"
            case TimedOut():
                line = log_lines.timeout_line(request_id, timeout_s, time.time())
                return log_lines.timeout_body(request_id, timeout_s), True, line, "timeout"
            case Exited(code=code):
                lines = log_lines.exit_lines(request_id, code)
                return log_lines.exit_body(request_id, code), True, lines, "error"


def _milliseconds_since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000
