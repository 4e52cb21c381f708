"""The platform that runs a function: one invocation at a time per environment, frozen in between, killed when late."""

from collections.abc import Callable
from dataclasses import dataclass, field

from stream_processor.deadline import Deadline
from tests.simulation.environments import Environment, Services
from tests.simulation.history import Began, Failed, Replied
from tests.simulation.scenario import Fault
from tests.simulation.scheduler import Signal

LONGEST_LIFE = 60
"""A crash comes within so many calls of an invocation."""

type Handler = Callable[[object, Deadline], list[object]]
"""Takes the event and the end of the invocation; returns the identifiers that the answer names."""


@dataclass(eq=False, kw_only=True)
class Invocation:
    """One invocation, as the one who waits for it sees it. `answer` is None where it failed."""

    number: int
    environment: Environment
    over: Signal = field(default_factory=Signal)
    answer: list[object] | None = None


class Function:
    """A function of the platform; `make` composes its handler in a new environment."""

    def __init__(self, name: str, services: Services, make: Callable[[Environment], Handler]) -> None:
        """Begin without environments."""
        self._name = name
        self._services = services
        self._make = make
        self._handlers: dict[Environment, Handler] = {}
        self._idle: list[Environment] = []
        self.busy = 0

    def invoke(self, event: object, items: tuple[int, ...]) -> Invocation:
        """Run the handler; return once it has answered, crashed, timed out, or its answer was lost."""
        services, environment = self._services, self._environment()
        scheduler, scenario, station = services.scheduler, services.scenario, environment.station
        number = len(services.history.happenings)
        invocation = Invocation(number=number, environment=environment)
        ends_at_s = scheduler.now_s + scenario.timeout_s
        services.history.note(Began(scheduler.now_s, number, self._name, environment.number, ends_at_s, items))
        station.invocation = number
        crashes = services.weather.strikes(Fault.CRASH)
        station.calls_to_live = services.rng.randint(1, LONGEST_LIFE) if crashes else None
        self.busy += 1

        def run() -> None:
            try:
                answer = self._handlers[environment](event, environment.deadline(scenario.timeout_s))
            except Exception as error:  # noqa: BLE001 - the platform takes any exception for a failed invocation
                self._ends(invocation, f"raised {type(error).__name__}: {error}")
                scheduler.kill(environment.process)
            else:
                self._answers(invocation, answer)

        environment.process.on_death = lambda: self._ends(invocation, "crashed")
        scheduler.thaw(environment.process)
        scheduler.spawn(environment.process, run)
        scheduler.at(ends_at_s, self._times_out, invocation)
        if services.weather.strikes(Fault.INVOCATION_LOST):
            services.weather.troubled(number, "function", Fault.INVOCATION_LOST)
            scheduler.at(scheduler.now_s + services.rng.uniform(0, 2 * scenario.timeout_s), self._is_lost, invocation)
        scheduler.wait(invocation.over)
        return invocation

    def replace_environments(self) -> None:
        """End every idle environment."""
        for environment in self._idle:
            self._services.scheduler.kill(environment.process)
        self._idle.clear()

    def _environment(self) -> Environment:
        usable = [each for each in self._idle if not each.process.dead]
        if usable and self._services.rng.random() < 0.95:
            environment = self._services.rng.choice(usable)
            self._idle.remove(environment)
            return environment
        environment = Environment(len(self._handlers), self._services)
        self._handlers[environment] = self._make(environment)
        return environment

    def _answers(self, invocation: Invocation, answer: list[object]) -> None:
        services, environment = self._services, invocation.environment
        services.history.note(Replied(services.scheduler.now_s, invocation.number, tuple(answer)))
        invocation.answer = answer if not invocation.over.raised else None
        self.busy -= 1
        services.scheduler.freeze(environment.process)
        environment.station.calls_to_live = None
        environment.station.invocation = -1
        self._idle.append(environment)
        services.scheduler.raise_signal(invocation.over)

    def _times_out(self, invocation: Invocation) -> None:
        if invocation.environment.station.invocation == invocation.number:
            self._ends(invocation, "timed out")
            self._services.scheduler.kill(invocation.environment.process)

    def _is_lost(self, invocation: Invocation) -> None:
        """Have the platform take an invocation for failed that still runs."""
        if not invocation.over.raised:
            self._services.history.note(Failed(self._services.scheduler.now_s, invocation.number, "lost"))
            self._services.scheduler.raise_signal(invocation.over)

    def _ends(self, invocation: Invocation, why: str) -> None:
        if invocation.environment.station.invocation != invocation.number:
            return
        self._services.history.note(Failed(self._services.scheduler.now_s, invocation.number, why))
        invocation.environment.station.invocation = -1
        self.busy -= 1
        self._services.scheduler.raise_signal(invocation.over)
