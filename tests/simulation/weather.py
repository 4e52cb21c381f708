"""Whether something goes wrong now."""

from random import Random

from tests.simulation.history import History, Troubled
from tests.simulation.scenario import Fault, Scenario
from tests.simulation.scheduler import Scheduler

ADAPTERS_MARGIN_S = 0.0


class Weather:
    """Draws faults as the scenario says, as long as it lasts, and notes them in the history."""

    def __init__(self, scenario: Scenario, scheduler: Scheduler, rng: Random, history: History) -> None:
        """Draw from `rng`."""
        self._scenario = scenario
        self._scheduler = scheduler
        self._rng = rng
        self._history = history

    def over(self) -> bool:
        """Return whether nothing goes wrong any more."""
        return self._scheduler.now_s >= self._scenario.faults_end_s

    def phase(self, place: str) -> Fault | None:
        """Return what is wrong at a place now."""
        now_s = self._scheduler.now_s
        for phase in self._scenario.phases:
            if phase.place == place and phase.begins_s <= now_s < phase.ends_s:
                return phase.fault
        return None

    def strikes(self, fault: Fault) -> bool:
        """Return whether a fault that comes by chance comes now."""
        chance = self._scenario.chances.get(fault)
        return chance is not None and not self.over() and self._rng.random() < chance

    def troubled(self, invocation: int, place: str, fault: Fault | None) -> None:
        """Note that a fault was felt."""
        self._history.note(Troubled(self._scheduler.now_s, invocation, place, str(fault)))
