"""A run: a seed's world from its first write until everything that was parked has arrived."""

from dataclasses import dataclass
from random import Random

from stream_processor.deadline import Deadline
from tests.simulation.environments import Environment, Services
from tests.simulation.event_source_mapping import EventSourceMapping
from tests.simulation.functions import Function, Handler
from tests.simulation.history import Calm, History
from tests.simulation.ledger import LedgerStore
from tests.simulation.queue import Queue
from tests.simulation.retry_mapping import RetryMapping
from tests.simulation.scenario import HOUR_S, Fault, Scenario
from tests.simulation.scheduler import Process, Scheduler
from tests.simulation.sinks import build_sink
from tests.simulation.table import Table, Write
from tests.simulation.weather import Weather

LAST_EFFECTS_S = 600.0
LONGEST_DRAINING_S = 6 * HOUR_S
POISON_S = 24 * HOUR_S
"""Poison that came in a mass is parked for a day before it is taken for poison."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a run left behind. `drained`: nothing was under way any more at its end."""

    scenario: Scenario
    history: History
    writes: list[Write]
    drained: bool


class World:
    """Everything of one run."""

    def __init__(self, scenario: Scenario) -> None:
        """Build the world."""
        self.scenario = scenario
        self.rng = Random(f"run {scenario.seed}")
        self.scheduler = Scheduler(self.rng)
        self.history = History()
        weather = Weather(scenario, self.scheduler, self.rng, self.history)
        self.queues = {
            name: Queue(name, scenario, self.scheduler, self.history, self.rng, weather) for name in scenario.consumers
        }
        self.events: dict[str, Write] = {}
        services = Services(
            scenario=scenario,
            scheduler=self.scheduler,
            history=self.history,
            weather=weather,
            rng=self.rng,
            ledger=LedgerStore(),
            queues=self.queues,
            sinks={name: build_sink(name, self.scheduler, self.history) for name in scenario.consumers},
            truth=self.events.__getitem__,
        )
        self.functions = [Function("stream", services, _stream_handler), Function("retry", services, _retry_handler)]
        self.mapping = EventSourceMapping(services, self.functions[0])
        self.table = Table(scenario, self.rng, self.mapping.opened)
        for queue in self.queues.values():
            RetryMapping(services, self.functions[1], queue)
        self.drained = False

    def run(self) -> Run:
        """Let the world go its way to the end."""
        self.scheduler.run(self.scheduler.spawn(Process(), self._direct))
        return Run(scenario=self.scenario, history=self.history, writes=self.table.writes, drained=self.drained)

    def _direct(self) -> None:
        scenario, scheduler = self.scenario, self.scheduler
        self.table.open()
        self._write_all()
        scheduler.sleep(max(0.0, scenario.faults_end_s - scheduler.now_s) + LAST_EFFECTS_S)
        if not self._drains():
            return
        for _ in range(2):
            for function in self.functions:
                function.replace_environments()
            self.history.note(Calm(scheduler.now_s))
            for _ in range(scenario.documents):
                self._write(healthy=True)
                scheduler.sleep(self.rng.choice((0.0, 1.0)))
            if not self._drains():
                return
        self.drained = True

    def _write_all(self) -> None:
        scenario, rng, scheduler = self.scenario, self.rng, self.scheduler
        last_s = min(scenario.faults_end_s, 20 * HOUR_S)
        moments = sorted(rng.uniform(0.0, last_s) for _ in range(scenario.changes))
        bursts = rng.random() < 0.5
        split_at, restore_at = rng.randrange(scenario.changes), rng.randrange(scenario.changes)
        for number, moment_s in enumerate(moments):
            if number == split_at and rng.random() < scenario.chance(Fault.RESHARD):
                self.table.split()
            if number == restore_at and rng.random() < scenario.chance(Fault.NEW_LABEL):
                self.table.restore()
            if not bursts or rng.random() < 0.2:
                scheduler.sleep(max(0.0, moment_s - scheduler.now_s))
            self._write(healthy=False)

    def _write(self, *, healthy: bool) -> None:
        lane, write = self.table.write(self.scheduler.now_s, healthy=healthy)
        if write.readable and write.event_id is not None:
            self.events[write.event_id] = write
        self.scheduler.tell(lane.news)

    def _drains(self) -> bool:
        """Wait until nothing is under way; return whether that came to be."""
        poison_s = POISON_S if self.scenario.chance(Fault.POISON) else 0.0
        ends_at_s = self.scheduler.now_s + LONGEST_DRAINING_S + poison_s
        while not self._idle():
            if self.scheduler.now_s > ends_at_s:
                return False
            self.scheduler.sleep(10.0)
        return True

    def _idle(self) -> bool:
        return (
            all(lane.read() for lane in self.table.lanes)
            and all(queue.empty() for queue in self.queues.values())
            and not any(function.busy for function in self.functions)
        )


def _stream_handler(environment: Environment) -> Handler:
    processor = environment.stream_processor()

    def handle(event: object, deadline: Deadline) -> list[object]:
        answer, _ = processor.process(event, deadline)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return handle


def _retry_handler(environment: Environment) -> Handler:
    worker = environment.retry_worker()

    def handle(event: object, deadline: Deadline) -> list[object]:
        assert isinstance(event, list)
        kept, _ = worker.process(event, deadline)
        return list(kept)

    return handle
