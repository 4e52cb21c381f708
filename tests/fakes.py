"""The core's ports in memory, with faults to switch on."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from stream_processor.change import Change
from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.consumer import Answer
from stream_processor.deadline import Clock, Deadline
from stream_processor.delivery_state import LedgerEntry
from stream_processor.fan_out import Surroundings
from stream_processor.outcome import DELIVERED, Outcome
from stream_processor.ports import LedgerUnavailableError, Recollection, Task
from stream_processor.undelivered import Undelivered


@dataclass
class FakeClock:
    """Time that stands until a test moves it."""

    time_s: float = 1000.0

    def monotonic_s(self) -> float:
        return self.time_s

    def now_ms(self) -> int:
        return int(self.time_s * 1000)


def surroundings(clock: Clock | None = None) -> Surroundings:
    """Return inline execution, a clock that stands, and the chance that never waits."""
    return Surroundings(executor=InlineExecutor(), clock=clock or FakeClock(), chance=lambda: 0.0)


class DoneTask:
    def done(self) -> bool:
        return True


class InlineExecutor:
    """Runs each task at once, on the caller's thread."""

    def start(self, name: str, run: Callable[[], None]) -> Task:
        run()
        return DoneTask()

    def wait(self, tasks: Sequence[Task], timeout_s: float) -> None:
        pass

    def pause(self, pause_s: float) -> None:
        pass


@dataclass
class FakeLedger:
    """A ledger in memory, with its breakers."""

    entries: dict[str, LedgerEntry] = field(default_factory=dict)
    breakers: dict[str, OpenBreaker] = field(default_factory=dict)
    readable: bool = True
    writable: bool = True

    def recall(self, event_ids: Sequence[str], consumers: Sequence[str], deadline: Deadline) -> Recollection:
        if not self.readable:
            raise LedgerUnavailableError("not readable")
        return Recollection(
            entries={event_id: self.entries[event_id] for event_id in event_ids if event_id in self.entries},
            open_breakers={name: breaker for name, breaker in self.breakers.items() if name in consumers},
        )

    def record(self, entries: Sequence[LedgerEntry], deadline: Deadline) -> None:
        if not self.writable:
            raise LedgerUnavailableError("not writable")
        self.entries |= {entry.event_id: entry for entry in entries}

    def open_breaker(self, consumer: str, breaker: OpenBreaker) -> None:
        if not self.writable:
            raise LedgerUnavailableError("not writable")
        self.breakers.setdefault(consumer, breaker)

    def claim_probe(self, consumer: str, *, now_ms: int, next_probe_at_ms: int) -> bool:
        breaker = self.breakers.get(consumer)
        if breaker is None or breaker.probe_at_ms > now_ms:
            return False
        self.breakers[consumer] = replace(breaker, probe_at_ms=next_probe_at_ms)
        return True

    def close_breaker(self, consumer: str) -> None:
        self.breakers.pop(consumer, None)


@dataclass
class FakeStore:
    """A retry queue and a failures bucket in memory; `refuses` says what it does not take."""

    items: list[Undelivered] = field(default_factory=list)
    delays_s: list[float] = field(default_factory=list)
    refuses: Callable[[Undelivered], bool] = lambda _: False

    def park(
        self, parked: Sequence[Undelivered], deadline: Deadline, *, delays_s: Sequence[float] = ()
    ) -> Collection[int]:
        taken = [position for position, item in enumerate(parked) if not self.refuses(item)]
        self.items += [parked[position] for position in taken]
        self.delays_s += delays_s
        return taken

    def put(self, dead_letters: Sequence[Undelivered], deadline: Deadline) -> Collection[int]:
        return self.park(dead_letters, deadline)


@dataclass
class FakeConsumer:
    """A consumer that answers by rule and remembers what it was given."""

    name: str
    outcome_of: Callable[[Change], Outcome | None] = lambda _: DELIVERED
    raises: Exception | None = None
    given: list[Change] = field(default_factory=list)

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        self.given += changes
        for change in changes:
            outcome = self.outcome_of(change)
            if outcome is not None:
                yield Answer(change, outcome)
        if self.raises is not None:
            raise self.raises


def wait_until(condition: Callable[[], bool], what: str, within_s: float = 10.0, every_s: float = 0.01) -> None:
    """Return once `condition` holds; fail the test, saying what did not come true, after `within_s` seconds.

    A condition that costs the machine something is better asked less often: `every_s`.
    """
    ends_at_s = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > ends_at_s:
            raise AssertionError(f"not within {within_s:g} s: {what}")
        time.sleep(every_s)
