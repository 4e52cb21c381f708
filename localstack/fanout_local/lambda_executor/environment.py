"""One execution environment of a function: a process kept warm, given one event at a time."""

import time
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Lock

from fanout_local.lambda_executor import log_lines
from fanout_local.lambda_executor.exchange import Exchange
from fanout_local.lambda_executor.fleet import Fleet
from fanout_local.lambda_executor.invocation import Answer, Function, Invocation
from fanout_local.lambda_executor.log_file import LogFile
from fanout_local.lambda_executor.outcome import Initialised, Outcome, Ready, TimedOut
from fanout_local.lambda_executor.process import FunctionProcess, Launch, start_process
from fanout_local.lambda_executor.runtime_api import RuntimeApi
from fanout_local.lambda_executor.settings import Settings
from fanout_local.lambda_executor.telling import tell
from fanout_local.lambda_executor.variables import process_variables

# Lambda gives an initialisation 10 s and then, should it need more, the function's time-out once again.
INIT_TIMEOUT_S = 10.0


class Environment:
    """Runs a function's events one after another in a process of the real runtime client.

    The process is started by the first event and again by the next one after it was lost (time-out, exit, a
    failed init), so that every error of an init is an answer with its log, as in Lambda.
    """

    def __init__(
        self, *, id_: str, function: Function, given: Mapping[str, str], settings: Settings, fleet: Fleet
    ) -> None:
        """`given`: see `process_variables`."""
        self._id = id_
        self._function = function
        self._given = given
        self._settings = settings
        self._fleet = fleet
        self._home = Path(mkdtemp(prefix=f"lambda-{function.name}-"))
        self._scratch = self._home / "tmp"
        self._scratch.mkdir()
        self._log = LogFile(self._home / "log")
        self._process: FunctionProcess | None = None
        self._state = Lock()
        self._is_running = False
        self._is_stopped = False

    def invoke(self, invocation: Invocation) -> Answer:
        """Run one event to its end; every way it can go wrong is an answer."""
        with self._state:
            self._is_running = True
        try:
            return self._run(invocation)
        finally:
            with self._state:
                self._is_running = False
                must_end = self._is_stopped
            if must_end:
                self._end()

    def stop(self) -> None:
        """End the process and throw its files away: at once, or when the event that runs now is done.

        As in Lambda, a new version of the function does not cut short what runs in the old one.
        """
        with self._state:
            must_end = not self._is_running and not self._is_stopped
            self._is_stopped = True
        if must_end:
            self._end()

    def whole_log(self) -> str:
        """Everything logged so far."""
        return self._log.read_all()

    def _run(self, invocation: Invocation) -> Answer:
        request_id, timeout_s = invocation.request_id, self._function.timeout_s
        process, init, init_ms = self._ready_process()
        self._log.write(log_lines.start_line(request_id, self._function.version))
        begun = time.perf_counter()
        outcome = process.exchange.run(invocation, timeout_s) if isinstance(init, Ready) else init
        duration_ms = _milliseconds_since(begun)
        peak_memory_mb = process.peak_memory_mb()
        self._rest(process, outcome)
        told = tell(outcome, request_id=request_id, timeout_s=timeout_s, at_s=time.time())
        measured = log_lines.Measured(
            duration_ms=duration_ms, init_ms=init_ms, peak_memory_mb=peak_memory_mb, status=told.status
        )
        self._log.write(told.lines + log_lines.end_lines(request_id, self._function, measured))
        return Answer(payload=told.payload, is_error=told.is_error, logs=self._log.read_new())

    def _ready_process(self) -> tuple[FunctionProcess, Initialised, float | None]:
        """The process, what became of its init, and how long that took when it was started just now."""
        if self._process and self._fleet.wake(self._process):
            return self._process, Ready(), None
        begun = time.perf_counter()
        self._process = self._fleet.start(self._start)
        init = self._process.exchange.wait_for_init(INIT_TIMEOUT_S + self._function.timeout_s)
        return self._process, init, _milliseconds_since(begun)

    def _rest(self, process: FunctionProcess, outcome: Outcome) -> None:
        """Keep the process for the next event if it is fit for one."""
        if not isinstance(outcome, TimedOut) and process.exchange.is_idle():
            self._fleet.rest(process)
        else:
            self._fleet.end(process)
            self._process = None

    def _end(self) -> None:
        if self._process:
            self._fleet.end(self._process)
        rmtree(self._home, ignore_errors=True)

    def _start(self) -> FunctionProcess:
        exchange = Exchange()
        api = RuntimeApi(exchange)
        function, settings = self._function, self._settings
        launch = Launch(
            function_name=function.name,
            python=settings.python,
            handler=function.handler,
            variables=process_variables(
                function, self._given, settings=settings, home=self._scratch, runtime_api=api.address
            ),
            folder=function.task_root,
            log=self._log.path,
            note=settings.state_folder / f"{function.name}-{self._id}.json" if settings.state_folder else None,
        )
        try:
            return start_process(launch, api=api, exchange=exchange)
        except OSError:
            api.close()
            raise


def _milliseconds_since(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000
