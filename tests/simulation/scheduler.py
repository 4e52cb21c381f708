"""Virtual time and threads that run one at a time. The same seed gives the same run, switch by switch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from greenlet import getcurrent, greenlet

from stream_processor.ports import Task

EPOCH_MS = 1_800_000_000_000
"""Where virtual time begins, milliseconds since 1970."""


@dataclass(eq=False)
class Process:
    """A process whose threads its platform can freeze, thaw and kill together."""

    frozen: bool = False
    dead: bool = False
    threads: "list[SimThread]" = field(default_factory=list)
    held: "list[tuple[SimThread, int]]" = field(default_factory=list)
    on_death: Callable[[], None] = lambda: None


class Signal:
    """Something threads can wait for."""

    __slots__ = ("raised", "waiting")

    def __init__(self) -> None:
        """Begin as not raised."""
        self.raised = False
        self.waiting: list[tuple[SimThread, int]] = []


class SimThread:
    """A thread of a process. `ticket` tells a wake-up that is due from one that came too late."""

    __slots__ = ("ended", "greenlet", "process", "ticket")

    def __init__(self, process: Process, run: Callable[[], None], hub: greenlet) -> None:
        """Make a thread that has not begun."""
        self.process = process
        self.ticket = 0
        self.ended = Signal()
        self.greenlet = greenlet(run, hub)

    def done(self) -> bool:
        return self.ended.raised


class Scheduler:
    """The one that decides who runs next: what is due first; of those due at once, the seed decides."""

    def __init__(self, rng: Random) -> None:
        """Begin at time 0. Must be made, and run, on the same real thread."""
        self.now_s = 0.0
        self._rng = rng
        self._due: list[tuple[float, float, int, Callable[..., None], tuple[object, ...]]] = []
        self._number = count()
        self._processes: dict[Process, None] = {}
        self._hub = getcurrent()
        self._running: SimThread | None = None

    def at(self, when_s: float, action: Callable[..., None], *arguments: object) -> None:
        """Have `action` done at a time, by nobody's thread. It must not block."""
        heappush(self._due, (when_s, self._rng.random(), next(self._number), action, arguments))

    def spawn(self, process: Process, run: Callable[[], None]) -> SimThread:
        """Start a thread."""

        def whole() -> None:
            run()
            self.raise_signal(thread.ended)

        self._processes[process] = None
        thread = SimThread(process, whole, self._hub)
        process.threads.append(thread)
        self.at(self.now_s, self._resume, thread, thread.ticket)
        return thread

    def sleep(self, pause_s: float) -> None:
        """Let time pass on the running thread."""
        thread = self._me()
        self.at(self.now_s + pause_s, self._resume, thread, thread.ticket)
        self._hub.switch()

    def wait(self, signal: Signal, timeout_s: float | None = None) -> None:
        """Let the running thread wait for a signal, or until `timeout_s` seconds have passed."""
        if signal.raised:
            return
        thread = self._me()
        signal.waiting.append((thread, thread.ticket))
        if timeout_s is not None:
            self.at(self.now_s + timeout_s, self._resume, thread, thread.ticket)
        self._hub.switch()

    def raise_signal(self, signal: Signal) -> None:
        """Wake those who wait for a signal, and let nobody wait for it any more."""
        signal.raised = True
        self.tell(signal)

    def tell(self, signal: Signal) -> None:
        """Wake those who wait for a signal now; who comes later waits again."""
        for thread, ticket in signal.waiting:
            self.at(self.now_s, self._resume, thread, ticket)
        signal.waiting.clear()

    def freeze(self, process: Process) -> None:
        """Let none of a process's threads run on."""
        process.frozen = True
        process.threads = [thread for thread in process.threads if not thread.done()]

    def thaw(self, process: Process) -> None:
        """Let a process's threads run on; what they waited for may have come."""
        process.frozen = False
        for thread, ticket in process.held:
            self.at(self.now_s, self._resume, thread, ticket)
        process.held.clear()

    def kill(self, process: Process) -> None:
        """End a process with all its threads; does not return if the running thread is one of them."""
        process.dead = True
        self.at(self.now_s, self._bury, process)
        if self._running and self._running.process is process:
            self._hub.switch()

    def run(self, last: SimThread) -> None:
        """Let everything run until the thread `last` has ended; then end all, as a suspended thread is never freed."""
        due = self._due
        while not last.done():
            self.now_s, _, _, action, arguments = heappop(due)
            action(*arguments)
        for process in self._processes:
            process.dead = True
            process.on_death = lambda: None
        for process in [*self._processes]:
            self._bury(process)

    def _resume(self, thread: SimThread, ticket: int) -> None:
        process = thread.process
        if ticket != thread.ticket or process.dead or thread.done():
            return
        if process.frozen:
            process.held.append((thread, ticket))
            return
        thread.ticket += 1
        self._running = thread
        thread.greenlet.switch()
        self._running = None

    def _bury(self, process: Process) -> None:
        for thread in process.threads:
            if not thread.greenlet.dead:
                thread.greenlet.throw()
        process.threads.clear()
        process.held.clear()
        self._processes.pop(process, None)
        process.on_death()

    def _me(self) -> SimThread:
        if self._running is None:
            raise RuntimeError("only a simulated thread can wait")
        return self._running


SWITCH_CHANCE = 0.02


@dataclass(frozen=True)
class SimClock:
    """The core's clock port. Now and then another thread gets its turn while one looks at the clock."""

    scheduler: Scheduler
    rng: Random

    def monotonic_s(self) -> float:
        self._maybe_switch()
        return self.scheduler.now_s

    def _maybe_switch(self) -> None:
        if self.rng.random() < SWITCH_CHANCE:
            self.scheduler.sleep(0)

    def now_ms(self) -> int:
        self._maybe_switch()
        return EPOCH_MS + int(self.scheduler.now_s * 1000)


@dataclass(frozen=True)
class SimExecutor:
    """The core's executor port: threads of one process."""

    scheduler: Scheduler
    process: Process

    def start(self, name: str, run: Callable[[], None]) -> Task:
        return self.scheduler.spawn(self.process, run)

    def wait(self, tasks: Sequence[Task], timeout_s: float) -> None:
        ends_at_s = self.scheduler.now_s + timeout_s
        for task in tasks:
            assert isinstance(task, SimThread)
            self.scheduler.wait(task.ended, max(0.0, ends_at_s - self.scheduler.now_s))

    def pause(self, pause_s: float) -> None:
        self.scheduler.sleep(pause_s)
