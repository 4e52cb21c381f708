"""All function processes together: how many there may be, and which one goes when there are too many."""

from collections.abc import Callable
from threading import Lock

from fanout_local.lambda_executor.process import FunctionProcess

EXIT_TIMEOUT_S = 10.0


class Fleet:
    """Keeps at most `most` processes: for a new one, the one that has been idle longest is ended.

    Its environment starts another at its next event, so nobody notices but for a cold start. A process that runs an
    event is never ended for another: when all do, there are more than `most`.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._live: set[FunctionProcess] = set()
        self._idle: dict[FunctionProcess, None] = {}

    def start(self, start: Callable[[], FunctionProcess]) -> FunctionProcess:
        """Make room, then let `start` make a process."""
        with self._lock:
            self._live = {process for process in self._live if not process.exchange.has_ended()}
            while len(self._live) >= self._most and self._idle:
                longest = next(iter(self._idle))
                self._end(longest)
            process = start()
            self._live.add(process)
            return process

    def wake(self, process: FunctionProcess) -> bool:
        """Let an idle process go on with an event; False when it has ended meanwhile."""
        with self._lock:
            self._idle.pop(process, None)
            if not process.exchange.is_idle():
                return False
            process.thaw()
            return True

    def rest(self, process: FunctionProcess) -> None:
        """Hold a process still until it is woken or has to go."""
        with self._lock:
            process.freeze()
            self._idle[process] = None

    def end(self, process: FunctionProcess) -> None:
        """End a process, whatever it does, and wait until it is gone."""
        with self._lock:
            self._end(process)

    def _end(self, process: FunctionProcess) -> None:
        process.kill()
        process.exchange.wait_for_exit(EXIT_TIMEOUT_S)
        self._idle.pop(process, None)
        self._live.discard(process)
