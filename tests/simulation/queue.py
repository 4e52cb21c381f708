"""A retry queue as SQS keeps it: in no order, at least once, with delays, visibility and a count of receives."""

import json
from dataclasses import dataclass
from random import Random

from tests.simulation.history import History, Left, Parked
from tests.simulation.scenario import Fault, Scenario
from tests.simulation.scheduler import Scheduler, Signal
from tests.simulation.weather import Weather


@dataclass(slots=True, kw_only=True)
class Message:
    """A message and when it can be received."""

    number: int
    body: str
    visible_at_s: float
    receives: int = 0


class Queue:
    """The messages of one consumer's retry queue."""

    def __init__(
        self, consumer: str, scenario: Scenario, scheduler: Scheduler, history: History, rng: Random, weather: Weather
    ) -> None:
        """Begin empty."""
        self.consumer = consumer
        self.news = Signal()
        self._scenario = scenario
        self._scheduler = scheduler
        self._history = history
        self._rng = rng
        self._weather = weather
        self._messages: dict[int, Message] = {}

    def empty(self) -> bool:
        """Return whether nothing is left, in flight or not."""
        return not self._messages

    def send(self, invocation: int, body: str, delay_s: float) -> None:
        """Take a message."""
        now_s, number = self._scheduler.now_s, len(self._history.happenings)
        self._messages[number] = Message(number=number, body=body, visible_at_s=now_s + delay_s)
        envelope = json.loads(body)
        self._history.note(
            Parked(
                now_s,
                invocation,
                self.consumer,
                number,
                envelope["event_id"],
                envelope["cause"]["type"],
                delay_s,
                envelope["first_at_ms"],
                envelope["record"],
            )
        )
        self._scheduler.tell(self.news)

    def next_at_s(self) -> float | None:
        """Return when a message can be received, None if there is none."""
        return min((message.visible_at_s for message in self._messages.values()), default=None)

    def receive(self, visibility_s: float) -> list[Message]:
        """Hand out some of the messages that can be seen; they are hidden for a while then."""
        now_s = self._scheduler.now_s
        visible = [message for message in self._messages.values() if message.visible_at_s <= now_s]
        self._rng.shuffle(visible)
        batch = []
        for message in visible[: self._scenario.retry_batch]:
            message.receives += 1
            if message.receives > self._scenario.most_receives:
                self._remove(message.number, -1, "dlq")
                continue
            twice = self._weather.strikes(Fault.MESSAGE_TWICE)
            message.visible_at_s = now_s + (self._rng.uniform(0.0, 5.0) if twice else visibility_s)
            batch.append(message)
        return batch

    def delete(self, number: int, invocation: int) -> None:
        """Forget a message, if the deletion arrives; else it is handed out again later."""
        if number in self._messages and not self._weather.strikes(Fault.MESSAGE_TWICE):
            self._remove(number, invocation, "deleted")

    def _remove(self, number: int, invocation: int, how: str) -> None:
        del self._messages[number]
        self._history.note(Left(self._scheduler.now_s, invocation, self.consumer, number, how))
