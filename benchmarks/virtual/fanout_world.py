"""Fanout in virtual time: the real core and retry worker, four lanes, a retry queue for each sink."""

from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count

from benchmarks.in_memory import PATIENCE_S, RESERVE_S
from benchmarks.virtual.sinks import Sink, SinkConsumer
from benchmarks.virtual.source import LaneOfShard
from benchmarks.virtual.storage import NoDeadLetters, VirtualLedger, VirtualQueue
from benchmarks.virtual.time import VirtualTime
from stream_processor.circuit_breaker import BreakerPolicy, Judge
from stream_processor.deadline import Deadline
from stream_processor.delivery import Delivery
from stream_processor.fan_out import FanOut, Surroundings
from stream_processor.parking import ParkingPolicy
from stream_processor.processing import StreamProcessor
from stream_processor.putting_away import PuttingAway
from stream_processor.retrying import RetryWorker

STREAM_TIMEOUT_S, RETRY_TIMEOUT_S = 60.0, 60.0
BATCH_SIZE = 500
RETRY_BATCH_SIZE, RETRY_CONCURRENCY = 10, 2
"""As serverless.yml has them for a stage on AWS."""


class FanoutWorld:
    """Everything there is."""

    def __init__(self, sinks: Mapping[str, Sink], time: VirtualTime, chance: Callable[[], float]) -> None:
        """Make it; nothing has happened yet."""
        self.time = time
        self.sinks = sinks
        self.ledger = VirtualLedger(time)
        self.queues = {name: VirtualQueue(time) for name in sinks}
        self.retry_invocations = 0
        self._chance = chance
        self._events: list[tuple[float, int, Callable[[], float | None]]] = []
        self._numbers = count()

    def run(self, lanes: Sequence[LaneOfShard], until_s: float) -> None:
        """Let lanes and retry workers do their work, until all is read and every queue is empty.

        Raises:
            TimeoutError: that has not come by `until_s`.

        """
        for lane in lanes:
            self._at(0.0, self._stream_environment(lane))
        for name in self.sinks:
            for _ in range(RETRY_CONCURRENCY):
                self._at(0.0, self._retry_environment(name))
        ends_s = max(lane.ends_at_s for lane in lanes)
        while self._events:
            at_s, _, act = heappop(self._events)
            if at_s > until_s:
                raise TimeoutError(f"after {until_s:g} s there is still something to do")
            if at_s > ends_s + RETRY_TIMEOUT_S and not any(queue.waiting for queue in self.queues.values()):
                return
            self.time.now_s = at_s
            next_s = act()
            if next_s is not None:
                self._at(next_s, act)

    def _at(self, at_s: float, act: Callable[[], float | None]) -> None:
        heappush(self._events, (at_s, next(self._numbers), act))

    def _stream_environment(self, lane: LaneOfShard) -> Callable[[], float | None]:
        processor = StreamProcessor(
            consumers=list(self.sinks),
            ledger=self.ledger,
            delivery=self._delivery(),
            putting_away=PuttingAway(retry_queues=self.queues, failures=NoDeadLetters(), clock=self.time),
            clock=self.time,
            reserve_s=RESERVE_S,
        )

        def poll() -> float | None:
            records = lane.batch(self.time.now_s, BATCH_SIZE)
            if not records:
                return lane.next_poll_s(self.time.now_s) if self.time.now_s < lane.ends_at_s else None
            deadline = Deadline.after(STREAM_TIMEOUT_S, self.time)
            answer, _ = processor.process({"Records": records}, deadline)
            if answer["batchItemFailures"]:
                raise AssertionError(answer)
            return self.time.now_s

        return poll

    def _retry_environment(self, name: str) -> Callable[[], float | None]:
        queue = self.queues[name]
        worker = RetryWorker(
            consumers=list(self.sinks),
            ledger=self.ledger,
            delivery=self._delivery(),
            retry_queues=self.queues,
            failures=NoDeadLetters(),
            policy=ParkingPolicy(),
            clock=self.time,
            chance=self._chance,
            reserve_s=RESERVE_S,
        )

        def receive() -> float:
            messages = queue.receive(RETRY_BATCH_SIZE)
            if not messages:
                due_s = queue.next_due_s()
                return self.time.now_s + 0.5 if due_s is None else max(due_s, self.time.now_s + 0.02)
            self.retry_invocations += 1
            kept, _ = worker.process(messages, Deadline.after(RETRY_TIMEOUT_S, self.time))
            if kept:
                raise AssertionError(kept)
            return self.time.now_s

        return receive

    def _delivery(self) -> Delivery:
        return Delivery(
            fan_out=FanOut(
                [SinkConsumer(sink) for sink in self.sinks.values()],
                patience_s=dict.fromkeys(self.sinks, PATIENCE_S),
                surroundings=Surroundings(executor=self.time, clock=self.time, chance=self._chance),
            ),
            projections={},
            breakers=self.ledger,
            judge=Judge(policy=BreakerPolicy()),
            clock=self.time,
        )
