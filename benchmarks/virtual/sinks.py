"""Sinks in virtual time: each has its latency, and one may be dead for a while."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.virtual.time import VirtualTime
from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.deadline import Deadline
from stream_processor.outcome import DELIVERED, Cause, Retry

CALL_TIMEOUT_S = 10.0
TIMED_OUT = Retry(cause=Cause(type="ReadTimeoutError", message="no answer"))
JITTER = 0.4
"""Standard deviation of the logarithm of a call's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a sink is called.

    Attributes:
        changes_a_call: the most.
        calls_at_once: the most.

    """

    call_s: float
    change_s: float = 0.0
    changes_a_call: int
    calls_at_once: int = 1


MANNERS = {
    "search_index": Manner(call_s=0.020, change_s=0.00005, changes_a_call=500),
    "analysis_queue": Manner(call_s=0.008, changes_a_call=10, calls_at_once=8),
    "websocket_notifier": Manner(call_s=0.005, changes_a_call=1, calls_at_once=32),
    "audit_log": Manner(call_s=0.015, changes_a_call=10_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A change's first arrival at a sink."""

    written_at_s: float
    arrived_at_s: float

    @property
    def lag_s(self) -> float:
        """How long it took."""
        return self.arrived_at_s - self.written_at_s


@dataclass(slots=True, kw_only=True)
class Sink:
    """One sink.

    Attributes:
        dead_from_s: from then on no call is answered,
        dead_to_s: until then.

    """

    name: str
    time: VirtualTime
    dead_from_s: float = math.inf
    dead_to_s: float = math.inf
    arrivals: dict[str, Arrival] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random(11))

    def call(self, changes: int, timeout_s: float) -> bool:
        """Let a call's time pass; return whether it was answered."""
        if self.dead_from_s <= self.time.now_s < self.dead_to_s:
            self.time.pause(timeout_s)
            return False
        manner = MANNERS[self.name]
        self.time.pause((manner.call_s + manner.change_s * changes) * self.chance.lognormvariate(0, JITTER))
        return True

    def take(self, event_id: str, written_at_s: float) -> None:
        """Take a change."""
        self.arrivals.setdefault(event_id, Arrival(written_at_s=written_at_s, arrived_at_s=self.time.now_s))


@dataclass(frozen=True, slots=True)
class SinkConsumer:
    """A consumer as ours are: as many changes a call and calls at once as the sink takes."""

    sink: Sink

    @property
    def name(self) -> str:
        """The sink's name."""
        return self.sink.name

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Deliver round by round; calls at once take as long as one."""
        manner = MANNERS[self.name]
        a_round = manner.changes_a_call * manner.calls_at_once
        for begin in range(0, len(changes), a_round):
            if deadline.passed():
                return
            of_round = changes[begin : begin + a_round]
            a_call = min(len(of_round), manner.changes_a_call)
            answered = self.sink.call(a_call, min(CALL_TIMEOUT_S, deadline.remaining_s()))
            for change in of_round:
                if answered:
                    self.sink.take(change.event_id, change.created_at_s)
                yield Answer(change, DELIVERED if answered else TIMED_OUT)
