"""The sinks: what they hold, and how each deals with what comes twice or late."""

from decimal import Decimal
from typing import Protocol

from stream_processor.change import Change, OrderKey
from tests.simulation.history import History, Showed, Took
from tests.simulation.scheduler import Scheduler

DEDUPLICATION_S = 300.0
"""How long an SQS FIFO queue remembers a deduplication id (SQS Developer Guide, "Exactly-once processing")."""


class Sink(Protocol):
    """What a consumer brings changes to."""

    def take(self, change: Change) -> None:
        """Take one change; nothing fails here any more."""
        ...


class _Sink:
    def __init__(self, name: str, scheduler: Scheduler, history: History) -> None:
        self._name = name
        self._scheduler = scheduler
        self._history = history

    def _took(self, change: Change) -> None:
        version = change.new_image["version"] if change.new_image else None
        number = int(version) if isinstance(version, Decimal) else None
        self._history.note(Took(self._scheduler.now_s, self._name, change.event_id, number))

    def _shows(self, change: Change) -> None:
        self._history.note(Showed(self._scheduler.now_s, self._name, change.document_id, change.event_id))


class SearchIndex(_Sink):
    """Keeps the newest state of each document by the text of its order key; a removal leaves a tombstone."""

    def __init__(self, name: str, scheduler: Scheduler, history: History) -> None:
        """Begin empty."""
        super().__init__(name, scheduler, history)
        self._newest: dict[str, str] = {}

    def take(self, change: Change) -> None:
        self._took(change)
        key = str(change.order_key)
        if key > self._newest.get(change.document_id, ""):
            self._newest[change.document_id] = key
            self._shows(change)


class FifoQueue(_Sink):
    """A queue that drops repeats for five minutes, and behind it a worker with whom the newest order key wins."""

    def __init__(self, name: str, scheduler: Scheduler, history: History) -> None:
        """Begin empty."""
        super().__init__(name, scheduler, history)
        self._sent_at_s: dict[str, float] = {}
        self._newest: dict[str, OrderKey] = {}

    def take(self, change: Change) -> None:
        self._took(change)
        now_s = self._scheduler.now_s
        if now_s - self._sent_at_s.get(change.event_id, -DEDUPLICATION_S) < DEDUPLICATION_S:
            return
        self._sent_at_s[change.event_id] = now_s
        newest = self._newest.get(change.document_id)
        if newest is None or change.order_key > newest:
            self._newest[change.document_id] = change.order_key
            self._shows(change)


class Log(_Sink):
    """An append-only log: who reads it folds by event id, or orders by order key."""

    def take(self, change: Change) -> None:
        self._took(change)


def build_sink(name: str, scheduler: Scheduler, history: History) -> Sink:
    """Return the sink behind a consumer."""
    kinds: dict[str, type[SearchIndex | FifoQueue | Log]] = {"search": SearchIndex, "queue": FifoQueue}
    return kinds.get(name, Log)(name, scheduler, history)
