"""Execution environments of the two functions: the real core, composed as the composition root does it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from stream_processor.circuit_breaker import BreakerPolicy, Judge
from stream_processor.deadline import Deadline
from stream_processor.delivery import Delivery
from stream_processor.fan_out import FanOut, Surroundings
from stream_processor.parking import ParkingPolicy
from stream_processor.processing import StreamProcessor
from stream_processor.projection import Projection
from stream_processor.putting_away import PuttingAway
from stream_processor.retrying import RetryWorker
from tests.simulation.consumers import SimConsumer
from tests.simulation.history import History
from tests.simulation.ledger import LedgerStore, SimLedger
from tests.simulation.network import Station
from tests.simulation.queue import Queue
from tests.simulation.records import MASKED, SECRET
from tests.simulation.scenario import Scenario
from tests.simulation.scheduler import Process, Scheduler, SimClock, SimExecutor
from tests.simulation.sink_faults import SinkFaults
from tests.simulation.sinks import Sink
from tests.simulation.storage import SimFailuresBucket, SimRetryQueue
from tests.simulation.table import Write
from tests.simulation.weather import Weather

PROJECTED = "sockets"
"""The consumer that may not see everything."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """What all environments share."""

    scenario: Scenario
    scheduler: Scheduler
    history: History
    weather: Weather
    rng: Random
    ledger: LedgerStore
    queues: dict[str, Queue]
    sinks: dict[str, Sink]
    truth: Callable[[str], Write]


class Environment:
    """One process with its own fan-out, breakers' memory and clients."""

    def __init__(self, number: int, services: Services) -> None:
        """Compose the core; nothing runs yet."""
        scenario, self.number = services.scenario, number
        self.process = Process()
        self.station = Station(
            process=self.process, scheduler=services.scheduler, history=services.history, rng=services.rng
        )
        self.clock = SimClock(services.scheduler, services.rng)
        self._scenario = scenario
        self._ledger = SimLedger(store=services.ledger, station=self.station, weather=services.weather)
        self._failures = SimFailuresBucket(station=self.station, weather=services.weather)
        self._retry_queues = {
            name: SimRetryQueue(station=self.station, weather=services.weather, queue=queue)
            for name, queue in services.queues.items()
        }
        self._chance = services.rng.random
        consumers = [
            SimConsumer(
                name=name,
                environment=number,
                sink=services.sinks[name],
                station=self.station,
                faults=SinkFaults(
                    name=name, scenario=scenario, station=self.station, weather=services.weather, rng=services.rng
                ),
                truth=services.truth,
                sees_all=name != PROJECTED,
            )
            for name in scenario.consumers
        ]
        executor = SimExecutor(services.scheduler, self.process)
        self._delivery = Delivery(
            fan_out=FanOut(
                consumers,
                patience_s=scenario.patience_s,
                surroundings=Surroundings(executor=executor, clock=self.clock, chance=self._chance),
            ),
            projections={PROJECTED: Projection(exclude=frozenset({SECRET}), mask=frozenset({MASKED}))},
            breakers=self._ledger,
            judge=Judge(policy=BreakerPolicy()),
            clock=self.clock,
        )

    def deadline(self, timeout_s: float) -> Deadline:
        return Deadline.after(timeout_s, self.clock)

    def stream_processor(self) -> StreamProcessor:
        return StreamProcessor(
            consumers=self._scenario.consumers,
            ledger=self._ledger,
            delivery=self._delivery,
            putting_away=PuttingAway(retry_queues=self._retry_queues, failures=self._failures, clock=self.clock),
            clock=self.clock,
            reserve_s=self._scenario.reserve_s,
        )

    def retry_worker(self) -> RetryWorker:
        return RetryWorker(
            consumers=self._scenario.consumers,
            ledger=self._ledger,
            delivery=self._delivery,
            retry_queues=self._retry_queues,
            failures=self._failures,
            policy=ParkingPolicy(),
            clock=self.clock,
            chance=self._chance,
            reserve_s=self._scenario.reserve_s,
        )
