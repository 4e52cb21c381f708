"""A live log: one line for each change once every consumer has it, and lines for what takes longer."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime

from demonstration.history import Happening, History
from demonstration.ledger_reader import ARRIVED, Ledger

PATIENCE_S = 5.0
"""After this a change that is still on its way is told as it stands."""


class Activity:
    """Remembers what was told already."""

    def __init__(self, history: History, ledger: Ledger, now: Callable[[], float] = time.monotonic) -> None:
        """Tell of these."""
        self._now = now
        self._history = history
        self._ledger = ledger
        self._first_seen: dict[str, float] = {}
        self._told: set[str] = set()
        self._told_as_late: set[str] = set()

    def news(self) -> Iterator[str]:
        """Yield the lines that are due."""
        now = self._now()
        for happening in self._history.all():
            event_id = happening.event_id
            if event_id in self._told:
                continue
            waited_s = now - self._first_seen.setdefault(event_id, now)
            if self._arrived(event_id):
                self._told.add(event_id)
                yield describe(happening, self._ledger)
            elif waited_s > PATIENCE_S and event_id not in self._told_as_late:
                self._told_as_late.add(event_id)
                yield describe(happening, self._ledger)

    def _arrived(self, event_id: str) -> bool:
        standings = [self._ledger.standing(event_id, consumer) for consumer in self._ledger.consumers]
        return all(standing and standing.state in ARRIVED for standing in standings)


def describe(happening: Happening, ledger: Ledger) -> str:
    """Return a change and its standing at each consumer in one line."""
    parts = []
    for consumer in ledger.consumers:
        standing = ledger.standing(happening.event_id, consumer)
        if standing is None:
            parts.append(f"{consumer} pending")
        elif happening.written_at_ms is None or standing.state not in ARRIVED:
            parts.append(f"{consumer} {standing.state.value}")
        else:
            parts.append(f"{consumer} {standing.at_ms - happening.written_at_ms} ms")
    clock = "" if happening.written_at_ms is None else _time_of_day(happening.written_at_ms)
    expired = " by time to live" if happening.expired else ""
    return f"{clock:12} {happening.event_name}{expired} {happening.document_id}: {', '.join(parts)}"


def _time_of_day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000).astimezone().strftime("%H:%M:%S.%f")[:-3]
