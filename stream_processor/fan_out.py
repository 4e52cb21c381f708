"""Give changes to all consumers at once, each on its own thread, and hear them until their patience ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from stream_processor.change import Change
from stream_processor.consumer import Consumer
from stream_processor.deadline import Clock, Deadline
from stream_processor.outcome import Cause, Outcome, Retry
from stream_processor.ports import Executor, Task

STILL_RUNNING = Cause(type="StillRunning", message="the consumer has not come back from an earlier batch")
OUT_OF_PATIENCE = Cause(type="OutOfPatience", message="the consumer did not answer within its patience")
NOT_MENTIONED = Cause(type="NotMentioned", message="the consumer ended without an answer for this change")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One consumer's outcomes: for every change that it was given, exactly one.

    Attributes:
        answered_at_ms: event id -> when the answer came, milliseconds since 1970.

    """

    outcomes: Mapping[str, Outcome]
    answered_at_ms: Mapping[str, int]


@dataclass(slots=True, kw_only=True)
class _Hearing:
    """Takes one consumer's answers until it is closed; then counts what is missing as Retry."""

    clock: Clock
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    answered_at_ms: dict[str, int] = field(default_factory=dict)
    missing: Cause = OUT_OF_PATIENCE
    _open: bool = True
    _lock: Lock = field(default_factory=Lock)

    def hear(self, event_id: str, outcome: Outcome) -> bool:
        with self._lock:
            if self._open and event_id not in self.outcomes:
                self.outcomes[event_id] = outcome
                self.answered_at_ms[event_id] = self.clock.now_ms()
            return self._open

    def ended(self, missing: Cause) -> None:
        with self._lock:
            if self._open:
                self.missing = missing

    def close(self, changes: Sequence[Change]) -> Tally:
        with self._lock:
            self._open = False
        for change in changes:
            self.outcomes.setdefault(change.event_id, Retry(cause=self.missing))
            self.answered_at_ms.setdefault(change.event_id, self.clock.now_ms())
        return Tally(outcomes=self.outcomes, answered_at_ms=self.answered_at_ms)


class FanOut:
    """The consumers of one execution environment and what still runs of them (I6, I8).

    A consumer whose thread has not come back from an earlier batch is given nothing more until it has: its
    changes count as Retry, and no second call piles up on a sink that hangs.
    """

    def __init__(
        self,
        consumers: Sequence[Consumer],
        *,
        patience_s: Mapping[str, float],
        executor: Executor,
        clock: Clock,
    ) -> None:
        """Take the consumers; `patience_s` has the patience of each, seconds, by name."""
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._patience_s = patience_s
        self._executor = executor
        self._clock = clock
        self._running: dict[str, Task] = {}

    @property
    def consumers(self) -> Sequence[str]:
        """The consumers' names."""
        return list(self._consumers)

    def deliver(self, work: Mapping[str, Sequence[Change]], deadline: Deadline) -> Mapping[str, Tally]:
        """Give each consumer its changes; return its tally. Ends by the longest patience and by `deadline`."""
        hearings = {name: _Hearing(clock=self._clock) for name in work}
        deadlines = {name: deadline.at_most(self._patience_s[name]) for name in work}
        started: dict[str, Task] = {}
        for name, changes in work.items():
            if self._still_runs(name):
                hearings[name].ended(STILL_RUNNING)
            elif changes:
                started[name] = self._start(self._consumers[name], changes, deadlines[name], hearings[name])
        self._running.update(started)
        tallies = {}
        for name in sorted(work, key=lambda name: deadlines[name].ends_at_s):
            if name in started:
                self._executor.wait([started[name]], deadlines[name].remaining_s())
            tallies[name] = hearings[name].close(work[name])
        return tallies

    def _still_runs(self, name: str) -> bool:
        task = self._running.get(name)
        return task is not None and not task.done()

    def _start(self, consumer: Consumer, changes: Sequence[Change], deadline: Deadline, hearing: _Hearing) -> Task:
        def run() -> None:
            try:
                for change, outcome in consumer.deliver(changes, deadline):
                    if not hearing.hear(change.event_id, outcome):
                        return
            except Exception as error:  # noqa: BLE001 - a consumer may raise anything; it becomes the outcome
                hearing.ended(Cause.of(error))
            else:
                hearing.ended(NOT_MENTIONED)

        return self._executor.start(consumer.name, run)
