"""The ledger and the retry queues in virtual time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from operator import itemgetter

from benchmarks.virtual.time import VirtualTime
from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.deadline import Deadline
from stream_processor.delivery_state import LedgerEntry
from stream_processor.ports import Recollection
from stream_processor.retrying import ParkedMessage
from stream_processor.undelivered import Undelivered

LEDGER_CALL_S = 0.005
QUEUE_CALL_S = 0.008
MESSAGES_AT_ONCE = 80
"""Ten a call, eight calls at once."""


@dataclass(slots=True)
class VirtualLedger:
    """A ledger whose breakers are seen as they were at the time: tasks run ahead of each other."""

    time: VirtualTime
    entries: dict[str, LedgerEntry] = field(default_factory=dict)
    breakers: dict[str, list[tuple[float, OpenBreaker | None]]] = field(default_factory=dict)

    def recall(self, event_ids: Sequence[str], consumers: Sequence[str], deadline: Deadline) -> Recollection:  # noqa: ARG002
        """Return what is known now."""
        self.time.pause(LEDGER_CALL_S)
        entries = {event_id: entry for event_id in event_ids if (entry := self.entries.get(event_id))}
        breakers = {name: breaker for name in consumers if (breaker := self._breaker(name))}
        return Recollection(entries=entries, open_breakers=breakers)

    def record(self, entries: Sequence[LedgerEntry], deadline: Deadline) -> None:  # noqa: ARG002
        """Keep entries."""
        self.time.pause(LEDGER_CALL_S)
        self.entries |= {entry.event_id: entry for entry in entries}

    def open_breaker(self, consumer: str, breaker: OpenBreaker) -> None:
        """Open a breaker, unless it is open."""
        self.time.pause(LEDGER_CALL_S)
        if self._breaker(consumer) is None:
            self._note(consumer, breaker)

    def claim_probe(self, consumer: str, *, now_ms: int, next_probe_at_ms: int) -> bool:
        """Give the turn to one."""
        self.time.pause(LEDGER_CALL_S)
        breaker = self._breaker(consumer)
        if breaker is None or breaker.probe_at_ms > now_ms:
            return False
        again = OpenBreaker(opened_at_ms=breaker.opened_at_ms, reason=breaker.reason, probe_at_ms=next_probe_at_ms)
        self._note(consumer, again)
        return True

    def close_breaker(self, consumer: str) -> None:
        """Close a breaker."""
        self.time.pause(LEDGER_CALL_S)
        self._note(consumer, None)

    def _breaker(self, consumer: str) -> OpenBreaker | None:
        past = [breaker for at_s, breaker in self.breakers.get(consumer, ()) if at_s <= self.time.now_s]
        return past[-1] if past else None

    def _note(self, consumer: str, breaker: OpenBreaker | None) -> None:
        history = self.breakers.setdefault(consumer, [])
        history.append((self.time.now_s, breaker))
        history.sort(key=itemgetter(0))


@dataclass(slots=True)
class VirtualQueue:
    """One consumer's retry queue: a message is handed out once its delay has passed."""

    time: VirtualTime
    waiting: list[tuple[float, int, Undelivered]] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def park(
        self,
        parked: Sequence[Undelivered],
        deadline: Deadline,  # noqa: ARG002
        *,
        delays_s: Sequence[float] = (),
    ) -> Collection[int]:
        """Take all."""
        self.time.pause(QUEUE_CALL_S * -(-len(parked) // MESSAGES_AT_ONCE))
        for position, item in enumerate(parked):
            delay_s = delays_s[position] if delays_s else 0.0
            heappush(self.waiting, (self.time.now_s + delay_s, next(self.numbers), item))
        return range(len(parked))

    def receive(self, most: int) -> list[ParkedMessage]:
        """Hand out what is due."""
        due: list[ParkedMessage] = []
        while self.waiting and len(due) < most and self.waiting[0][0] <= self.time.now_s:
            _, number, item = heappop(self.waiting)
            due.append(ParkedMessage(message_id=str(number), undelivered=item))
        return due

    def next_due_s(self) -> float | None:
        """Return when the next message is due; None if there is none."""
        return self.waiting[0][0] if self.waiting else None


@dataclass(slots=True)
class NoDeadLetters:
    """A failures bucket that expects nothing."""

    def put(self, dead_letters: Sequence[Undelivered], deadline: Deadline) -> Collection[int]:  # noqa: ARG002
        """Take nothing: in this world no change is at fault."""
        raise AssertionError([letter.cause for letter in dead_letters])


type Queues = Mapping[str, VirtualQueue]
