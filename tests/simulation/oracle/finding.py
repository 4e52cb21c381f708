"""What the checks share: the run that they judge, and what they find wrong in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.history import Happening
from tests.simulation.scenario import Scenario
from tests.simulation.table import Write
from tests.simulation.world import Run

EPOCH_MS = 1_800_000_000_000
DECODER = "decoder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that must not happen.

    Attributes:
        invariant: as the design numbers it; "end" for what a finished run must have reached.
        place: of the happening that shows it, in the history.

    """

    invariant: str
    what: str
    place: int


@dataclass(kw_only=True)
class Case:
    """The run under judgement."""

    run: Run
    by_event: Mapping[str, Write]
    findings: list[Finding] = field(default_factory=list)
    place: int = 0

    @property
    def scenario(self) -> Scenario:
        return self.run.scenario

    def at(self, place: int) -> Happening:
        return self.run.history.happenings[place]

    def claim(self, holds: bool, invariant: str, what: str) -> None:
        """Note a finding unless what must hold does."""
        if not holds:
            self.findings.append(Finding(invariant=invariant, what=what, place=self.place))


def case_of(run: Run) -> Case:
    """Return the case of a run."""
    readable = [write for write in run.writes if write.readable]
    return Case(run=run, by_event={str(write.event_id): write for write in readable})
