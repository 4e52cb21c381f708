"""Starts the engines together, watches them, stops them."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from fanout_local.engine_process import EngineProcess
from fanout_local.engines.engine import Engine
from fanout_local.errors import LocalStackError
from fanout_local.failure_causes import SET_UP, known_cause, log_end
from fanout_local.left_overs import end_left_overs
from fanout_local.paths import InstanceFolder
from fanout_local.process_identity import identify
from fanout_local.reporter import Reporter
from fanout_local.signals import signals_put_off
from fanout_local.state import Endpoints, EngineState, StackState, write_state

POLL_S = 0.05
WATCH_S = 0.25
RESTARTS = 3
RESTARTS_WITHIN_S = 60.0


@dataclass(slots=True, kw_only=True)
class _Supervised:
    process: EngineProcess
    ready_after_s: float = 0.0
    restarted_at_s: list[float] = field(default_factory=list)


class Supervisor:
    """Runs in one thread, which must be the same for all calls and live as long as the stack (see EngineProcess).

    An engine that dies is started again on its port if that gives back what it had (`Engine.restartable`), at most
    RESTARTS times within RESTARTS_WITHIN_S; else the stack cannot go on and LocalStackError says so.
    """

    def __init__(
        self, *, folder: InstanceFolder, engines: Sequence[Engine], endpoints: Endpoints, reporter: Reporter
    ) -> None:
        """`engines` are started in this order (without waiting), and stopped in the groups that `stop` tells."""
        self._folder = folder
        self._engines = engines
        self._endpoints = endpoints
        self._reporter = reporter
        self._running: dict[str, _Supervised] = {}

    def start(self) -> StackState:
        """Start all, wait until all are healthy, write the state file.

        Raises LocalStackError with the end of the log of the engine that failed; `stop` must be called even then.
        """
        begun_s = time.monotonic()
        for engine in self._engines:
            for path in engine.needs:
                if not path.exists():
                    raise LocalStackError(f"{engine.title} is not installed: {path} is missing.", remedy=SET_UP)
        for engine in self._engines:
            self._running[engine.name] = _Supervised(process=self._launch(engine))
        self._wait_until_healthy(list(self._running.values()))
        state = self._write_state()
        self._reporter.stack_ready(state, time.monotonic() - begun_s)
        return state

    def watch(self) -> None:
        """Keep the stack running until it cannot go on (LocalStackError) or a signal says stop (KeyboardInterrupt)."""
        while True:
            self.check()
            time.sleep(WATCH_S)

    def check(self) -> None:
        """Look at every engine once; start again what died, or raise LocalStackError.

        A stack whose folder was removed (with the checkout, say) could not be found by `down` any more: it ends.
        """
        if not self._folder.state.exists():
            raise LocalStackError(f"{self._folder.state} was removed: the stack stops.")
        for supervised in self._running.values():
            code = supervised.process.exit_code()
            if code is not None:
                self._revive(supervised, code)

    def stop(self) -> None:
        """Stop all: first what calls (functions, gateway), then what is called. Returns when nothing is left."""
        with signals_put_off():
            last = [one for one in self._running.values() if one.process.engine.name in ("dynamodb", "opensearch")]
            first = [one for one in self._running.values() if one not in last]
            for group in (first, last):
                self._stop_group([supervised.process for supervised in group])
            self._running.clear()
            end_left_overs(self._folder)
            self._folder.state.unlink(missing_ok=True)

    def _launch(self, engine: Engine) -> EngineProcess:
        return EngineProcess(engine, log=self._folder.logs / f"{engine.name}.log", mark=self._folder.mark)

    def _wait_until_healthy(self, waiting: list[_Supervised]) -> None:
        while waiting:
            for supervised in list(waiting):
                process = supervised.process
                if (code := process.exit_code()) is not None:
                    raise _failure(process, f"{process.engine.title} did not start ({_in_words(code)}).", code)
                if process.is_healthy():
                    supervised.ready_after_s = process.age_s
                    waiting.remove(supervised)
                    self._reporter.engine_ready(process.engine.title, process.age_s)
                elif process.age_s > process.engine.deadline_s:
                    raise _failure(
                        process, f"{process.engine.title} was not ready in {process.engine.deadline_s:.0f} s.", None
                    )
            time.sleep(POLL_S)

    def _revive(self, supervised: _Supervised, code: int) -> None:
        engine = supervised.process.engine
        now_s = time.monotonic()
        recent = [at_s for at_s in supervised.restarted_at_s if now_s - at_s < RESTARTS_WITHIN_S]
        if not engine.restartable:
            lost = f"{engine.title} ended ({_in_words(code)}), and with it all that was deployed: the stack stops."
            raise _failure(supervised.process, lost, code)
        if len(recent) >= RESTARTS:
            often = (
                f"{engine.title} ended again ({_in_words(code)}), {RESTARTS} restarts did not help: the stack stops."
            )
            raise _failure(supervised.process, often, code)
        self._reporter.trouble(f"{engine.title} ended ({_in_words(code)}); it is started again.")
        supervised.restarted_at_s = [*recent, now_s]
        supervised.process = self._launch(engine)
        self._wait_until_healthy([supervised])
        self._write_state()

    def _write_state(self) -> StackState:
        state = StackState(
            instance=self._folder.name,
            supervisor=identify(os.getpid()),
            endpoints=self._endpoints,
            processes={
                name: EngineState(
                    process=supervised.process.identity,
                    port=supervised.process.engine.port,
                    ready_after_s=round(supervised.ready_after_s, 2),
                    restarts=len(supervised.restarted_at_s),
                )
                for name, supervised in self._running.items()
            },
        )
        write_state(state, self._folder.state)
        return state

    def _stop_group(self, processes: list[EngineProcess]) -> None:
        for process in processes:
            process.ask_to_stop()
        asked_s = time.monotonic()
        waiting = list(processes)
        while waiting:
            waited_s = time.monotonic() - asked_s
            for process in list(waiting):
                if process.is_done() or waited_s > process.engine.stop_grace_s:
                    process.kill()
                    waiting.remove(process)
            if waiting:
                time.sleep(POLL_S)


def _in_words(code: int) -> str:
    return f"killed by signal {-code}" if code < 0 else f"exit code {code}"


def _failure(process: EngineProcess, sentence: str, code: int | None) -> LocalStackError:
    cause = known_cause(process.log, code)
    return LocalStackError(
        f"{sentence} {cause.sentence}" if cause else sentence,
        detail=f"The end of {process.log}:\n{log_end(process.log)}",
        remedy=cause.remedy if cause else "",
    )
