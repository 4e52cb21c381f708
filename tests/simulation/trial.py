"""One seed, tried: its world run and judged."""

from dataclasses import dataclass

from tests.simulation.oracle.court import judge
from tests.simulation.oracle.finding import Finding
from tests.simulation.scenario import Fault, scenario_of
from tests.simulation.telling import tell
from tests.simulation.world import Run, World

NO_FAULTS: frozenset[Fault] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A seed's run and what was wrong in it."""

    run: Run
    findings: list[Finding]


def attempt(seed: int, without: frozenset[Fault] = NO_FAULTS) -> Trial:
    """Run a seed; `without`: faults that its scenario leaves out."""
    run = World(scenario_of(seed, without)).run()
    return Trial(run=run, findings=judge(run))


def shrunk(seed: int) -> frozenset[Fault]:
    """Return faults that a failing seed can do without and still fail in the same way."""
    invariants = {finding.invariant for finding in attempt(seed).findings[:1]}
    without = NO_FAULTS
    for fault in Fault:
        findings = attempt(seed, without | {fault}).findings
        if invariants & {finding.invariant for finding in findings[:1]}:
            without |= {fault}
    return without


def failure(seed: int, *, shrinks: bool = True) -> str:
    """Return what a person needs of a failing seed: the command that replays it, and its history, shortened.

    `shrinks`: faults that it can do without are left out first.
    """
    scenario = scenario_of(seed)
    active = {phase.fault for phase in scenario.phases} | set(scenario.chances)
    without = shrunk(seed) if shrinks else NO_FAULTS
    trial = attempt(seed, without)
    left_out = " ".join(f"--without {fault}" for fault in sorted(without & active))
    command = f"python -m tests.simulation --seed {seed} {left_out}".rstrip()
    return "\n".join([f"replay: {command}", *tell(trial.run, trial.findings)])
