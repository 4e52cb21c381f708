"""Where undelivered changes lie: the retry queues and the failures bucket, as the core's ports see them."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import batched, repeat

from stream_processor.deadline import Deadline
from stream_processor.undelivered import Undelivered
from tests.simulation.history import Asked, Died
from tests.simulation.network import NEVER_S, CallFailedError, Course, NoAnswerError, Station
from tests.simulation.queue import Queue
from tests.simulation.scenario import BUCKET, PARKING, Fault
from tests.simulation.weather import Weather

MESSAGES_A_CALL = 10
OVERRUN_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """The faults that a store has."""

    place: str
    fails: Fault
    slow: Fault
    partly: Fault
    answer_lost: Fault


OF_A_QUEUE = Trouble(
    place=PARKING,
    fails=Fault.PARKING_FAILS,
    slow=Fault.PARKING_SLOW,
    partly=Fault.PARKING_PARTLY,
    answer_lost=Fault.PARKING_ANSWER_LOST,
)
OF_THE_BUCKET = Trouble(
    place=BUCKET,
    fails=Fault.BUCKET_FAILS,
    slow=Fault.BUCKET_SLOW,
    partly=Fault.BUCKET_PARTLY,
    answer_lost=Fault.BUCKET_PARTLY,
)


@dataclass(frozen=True, kw_only=True)
class _Store:
    station: Station
    weather: Weather

    def _asked(self, place: str) -> None:
        self.station.history.note(Asked(self.station.scheduler.now_s, self.station.invocation, place))

    def _put(
        self, trouble: Trouble, positions: Sequence[int], deadline: Deadline, put: Callable[[int], None]
    ) -> list[int]:
        """Make one call for several items; return those that are known to be in."""
        usual, phase, rng = self.station.usual(), self.weather.phase(trouble.place), self.station.rng
        refused: list[int] = []
        course, timeout_s = usual, deadline.remaining_s()
        if phase is trouble.slow:
            effect_s = rng.uniform(0.0, 6.0)
            course = Course(effect_s=effect_s, answer_s=effect_s * 2)
        elif phase is trouble.fails:
            course = replace(usual, effect_s=None, error="unavailable")
        elif self.weather.strikes(trouble.answer_lost):
            course = replace(usual, answer_s=NEVER_S)
        elif self.weather.strikes(trouble.partly):
            refused = [position for position in positions if rng.random() < 0.5]
        elif self.weather.strikes(Fault.OVERRUN):
            timeout_s += OVERRUN_S
            course = replace(usual, answer_s=NEVER_S)
            self.weather.troubled(self.station.invocation, "function", Fault.OVERRUN)
        if course is not usual or refused:
            self.weather.troubled(self.station.invocation, trouble.place, phase)

        def effect() -> list[int]:
            taken = [position for position in positions if position not in refused]
            for position in taken:
                put(position)
            return taken

        try:
            return self.station.call(course, timeout_s, effect)
        except (NoAnswerError, CallFailedError):
            return []


@dataclass(frozen=True, kw_only=True)
class SimRetryQueue(_Store):
    """The port `RetryQueue`, of one environment."""

    queue: Queue

    def park(
        self, parked: Sequence[Undelivered], deadline: Deadline, *, delays_s: Sequence[float] = ()
    ) -> Collection[int]:
        invocation, done = self.station.invocation, list[int]()
        self._asked(PARKING)
        bodies = [json.dumps(item.as_json()) for item in parked]
        delays = list(delays_s) or list(repeat(0.0, len(parked)))
        for positions in batched(range(len(parked)), MESSAGES_A_CALL, strict=False):
            if deadline.passed():
                break
            done += self._put(
                OF_A_QUEUE, positions, deadline, lambda n: self.queue.send(invocation, bodies[n], delays[n])
            )
        return done


@dataclass(frozen=True, kw_only=True)
class SimFailuresBucket(_Store):
    """The port `FailuresBucket`, of one environment."""

    def put(self, dead_letters: Sequence[Undelivered], deadline: Deadline) -> Collection[int]:
        invocation, done = self.station.invocation, list[int]()

        self._asked(BUCKET)

        def store(position: int) -> None:
            letter = json.loads(json.dumps(dead_letters[position].as_json()))
            self.station.history.note(
                Died(
                    self.station.scheduler.now_s,
                    invocation,
                    letter["consumer"],
                    letter["event_id"],
                    letter["cause"]["type"],
                    letter["attempts"],
                    letter["first_at_ms"],
                    letter["last_at_ms"],
                    letter["record"],
                )
            )

        for position in range(len(dead_letters)):
            if deadline.passed():
                break
            done += self._put(OF_THE_BUCKET, (position,), deadline, store)
        return done
