"""Many worlds, each with faults of its own: nothing may be lost, out of order, late or given twice without need."""

import os

from tests.simulation.__main__ import run_many
from tests.simulation.scenario import Fault, scenario_of
from tests.simulation.trial import attempt, failure

SEEDS = int(os.environ.get("FANOUT_SIMULATION_SEEDS", "1000"))
FIRST = int(os.environ.get("FANOUT_SIMULATION_FIRST", "1000000"))


def test_no_seed_breaks_an_invariant() -> None:
    """The real core keeps I1 to I9 in every world; a seed that fails is told with the command that replays it."""
    failed = run_many(FIRST, SEEDS)
    told = "\n\n".join(failure(seed) for seed in failed[:2])
    assert not failed, f"of seeds {FIRST} to {FIRST + SEEDS - 1}, {len(failed)} failed: {failed}\n{told}"


def test_a_seed_replays_exactly() -> None:
    """The same seed gives the same history, to the last switch of threads."""
    histories = [repr(attempt(7).run.history.happenings) for _ in range(2)]
    assert histories[0] == histories[1]


def test_every_fault_is_felt_by_some_seed() -> None:
    """The worlds are as bad as they are meant to be."""
    drawn = {fault for seed in range(300) for fault in scenario_of(seed).chances}
    drawn |= {phase.fault for seed in range(300) for phase in scenario_of(seed).phases}
    assert drawn == set(Fault)
