"""Give changes to all consumers at once, each on its own thread, and hear them until their patience ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stream_processor.backoff import Backoff, Chance
from stream_processor.change import Change
from stream_processor.consumer import Consumer
from stream_processor.deadline import Clock, Deadline
from stream_processor.hearing import NOT_MENTIONED, STILL_RUNNING, Hearing, Tally
from stream_processor.outcome import Cause
from stream_processor.ports import Executor, Task

ATTEMPTS = 3
"""How often a consumer is asked within one batch. What a sink refuses three times is better parked."""
BETWEEN_ATTEMPTS = Backoff(first_s=0.1, most_s=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the fan-out needs of the world."""

    executor: Executor
    clock: Clock
    chance: Chance


class FanOut:
    """The consumers of one execution environment and what still runs of them (I6, I8).

    A consumer is asked again, after a jittered pause, for the changes that it answered by Retry, while its
    patience lasts. One whose thread has not come back from an earlier batch is given nothing more until it has:
    its changes count as Retry, and no second call piles up on a sink that hangs.
    """

    def __init__(
        self, consumers: Sequence[Consumer], *, patience_s: Mapping[str, float], surroundings: Surroundings
    ) -> None:
        """Take the consumers; `patience_s` has the patience of each, seconds, by name."""
        self._consumers = {consumer.name: consumer for consumer in consumers}
        self._patience_s = patience_s
        self._executor = surroundings.executor
        self._clock = surroundings.clock
        self._chance = surroundings.chance
        self._running: dict[str, Task] = {}

    @property
    def patience_s(self) -> Mapping[str, float]:
        """The patience of each consumer, seconds."""
        return self._patience_s

    @property
    def consumers(self) -> Sequence[str]:
        """The consumers' names."""
        return list(self._consumers)

    def deliver(self, work: Mapping[str, Sequence[Change]], deadline: Deadline) -> Mapping[str, Tally]:
        """Give each consumer its changes; return its tally. Ends by the longest patience and by `deadline`."""
        hearings = {name: Hearing(self._clock) for name in work}
        deadlines = {name: deadline.at_most(self._patience_s[name]) for name in work}
        started: dict[str, Task] = {}
        for name, changes in work.items():
            if self._still_runs(name):
                hearings[name].ended(STILL_RUNNING)
            elif changes:
                started[name] = self._start(name, changes, deadlines[name], hearings[name])
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

    def _start(self, name: str, changes: Sequence[Change], deadline: Deadline, hearing: Hearing) -> Task:
        def run() -> None:
            self._ask_until_answered(self._consumers[name], changes, deadline, hearing)
            hearing.finished()

        return self._executor.start(name, run)

    def _ask_until_answered(
        self, consumer: Consumer, changes: Sequence[Change], deadline: Deadline, hearing: Hearing
    ) -> None:
        pending = changes
        for attempt in range(1, ATTEMPTS + 1):
            self._ask(consumer, pending, deadline, hearing)
            pending = hearing.unanswered(pending)
            asked_s = hearing.asked_s(pending)
            pause_s = BETWEEN_ATTEMPTS.wait_s(attempt, self._chance, asked_s=asked_s)
            if not pending or attempt == ATTEMPTS or pause_s >= deadline.remaining_s():
                return
            self._executor.pause(pause_s)

    def _ask(self, consumer: Consumer, changes: Sequence[Change], deadline: Deadline, hearing: Hearing) -> None:
        hearing.begins()
        try:
            hearing.hear(consumer.deliver(changes, deadline))
        except Exception as error:  # noqa: BLE001 - a consumer may raise anything; it becomes the outcome
            hearing.ended(Cause.of(error))
        else:
            hearing.ended(NOT_MENTIONED)
