"""The delivery ledger and the breaker board: consistent while they answer, and now and then emptied."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.deadline import Deadline
from stream_processor.delivery_state import LedgerEntry
from stream_processor.ports import LedgerUnavailableError, Recollection
from tests.simulation.history import Asked, Board, Noted, Recalled
from tests.simulation.network import NEVER_S, CallFailedError, Course, NoAnswerError, Station
from tests.simulation.scenario import LEDGER, Fault
from tests.simulation.weather import Weather

BOARD_TIMEOUT_S = 0.25
"""The board's calls have no deadline of their own, so the ledger's client must not wait long for them."""
SLOW_S = 20.0
OVERRUN_S = 30.0


@dataclass(kw_only=True)
class LedgerStore:
    """What the ledger's table holds."""

    entries: dict[str, LedgerEntry] = field(default_factory=dict)
    breakers: dict[str, OpenBreaker] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SimLedger:
    """The ports `Ledger` and `BreakerBoard`, of one environment."""

    store: LedgerStore
    station: Station
    weather: Weather

    def recall(self, event_ids: Sequence[str], consumers: Sequence[str], deadline: Deadline) -> Recollection:
        invocation, store = self.station.invocation, self.store

        def read() -> Recollection:
            return Recollection(
                entries={event_id: store.entries[event_id] for event_id in event_ids if event_id in store.entries},
                open_breakers={name: store.breakers[name] for name in consumers if name in store.breakers},
            )

        known = self._call(self._course(Fault.LEDGER_UNREADABLE), deadline.remaining_s(), read)
        had = {event_id: frozenset(entry.standings) for event_id, entry in known.entries.items()}
        now_s = self.station.scheduler.now_s
        self.station.history.note(Recalled(now_s, invocation, had, frozenset(known.open_breakers)))
        return known

    def record(self, entries: Sequence[LedgerEntry], deadline: Deadline) -> None:
        invocation = self.station.invocation
        self.station.history.note(Asked(self.station.scheduler.now_s, invocation, LEDGER))

        def write() -> None:
            for entry in entries:
                self.store.entries[entry.event_id] = entry
                states: Mapping[str, str] = {name: str(each.state) for name, each in entry.standings.items()}
                self.station.history.note(Noted(self.station.scheduler.now_s, invocation, entry.event_id, states))
            if self.weather.strikes(Fault.LEDGER_CLOBBERED):
                lost = [each for each in self.store.entries if self.station.rng.random() < 0.5]
                for event_id in lost:
                    del self.store.entries[event_id]

        self._call(self._course(Fault.LEDGER_UNWRITABLE), deadline.remaining_s(), write)

    def open_breaker(self, consumer: str, breaker: OpenBreaker) -> None:
        def write() -> bool:
            return self.store.breakers.setdefault(consumer, breaker) is breaker

        self._on_board("open", consumer, write)

    def claim_probe(self, consumer: str, *, now_ms: int, next_probe_at_ms: int) -> bool:
        def write() -> bool:
            breaker = self.store.breakers.get(consumer)
            if breaker is None or breaker.probe_at_ms > now_ms:
                return False
            self.store.breakers[consumer] = replace(breaker, probe_at_ms=next_probe_at_ms)
            return True

        return self._on_board("claim", consumer, write)

    def close_breaker(self, consumer: str) -> None:
        self._on_board("close", consumer, lambda: self.store.breakers.pop(consumer, None) is not None)

    def _on_board(self, what: str, consumer: str, write: Callable[[], bool]) -> bool:
        invocation, history = self.station.invocation, self.station.history
        try:
            done = self._call(self._course(Fault.LEDGER_UNWRITABLE), BOARD_TIMEOUT_S, write)
        except LedgerUnavailableError:
            history.note(Board(self.station.scheduler.now_s, invocation, consumer, what, done=False))
            raise
        history.note(Board(self.station.scheduler.now_s, invocation, consumer, what, done))
        return done

    def _course(self, unable: Fault) -> Course:
        usual, phase = self.station.usual(), self.weather.phase(LEDGER)
        if phase is Fault.LEDGER_SLOW:
            effect_s = self.station.rng.uniform(0.0, SLOW_S)
            course = Course(effect_s=effect_s, answer_s=effect_s + self.station.rng.uniform(0.0, SLOW_S))
        elif phase is unable:
            course = replace(usual, effect_s=None, error="unavailable")
        elif self.weather.strikes(Fault.LEDGER_CALL_FAILS):
            phase = Fault.LEDGER_CALL_FAILS
            lost = replace(usual, answer_s=NEVER_S)
            course = self.station.rng.choice((lost, replace(usual, effect_s=None, error="throttled")))
        else:
            return usual
        self.weather.troubled(self.station.invocation, LEDGER, phase)
        return course

    def _call[Result](self, course: Course, timeout_s: float, effect: Callable[[], Result]) -> Result:
        if self.weather.strikes(Fault.OVERRUN):
            course, timeout_s = replace(course, answer_s=NEVER_S), timeout_s + OVERRUN_S
            self.weather.troubled(self.station.invocation, "function", Fault.OVERRUN)
        try:
            return self.station.call(course, timeout_s, effect)
        except (NoAnswerError, CallFailedError) as error:
            raise LedgerUnavailableError(str(error)) from error
