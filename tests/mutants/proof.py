"""Whether the tests tell a mutant from the code, and which test it is."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.mutant import Mutant

CHECKOUT = Path(__file__).parents[2]
COPIED = ("stream_processor", "consumers", "tests", "pyproject.toml")
SEEDS = 400
MOST_S = 90.0
"""A mutant that makes the tests run for ever is told by that."""
FAILED = re.compile(r"^FAILED \S*/(\w+\.py::\w+)", re.MULTILINE)
FINDING = re.compile(r"^(\[.+?\] .+)$", re.MULTILINE)
SEED = re.compile(r"--seed (\d+)")


class BrokenMutantError(Exception):
    """The tests did not run: a mutant must be wrong, not unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What told the mutant from the code; None: nothing did."""

    mutant: Mutant
    killed_by: str | None


def prove(mutant: Mutant, *, by_simulation_alone: bool = False) -> Proof:
    """Run the tests against a mutant, in a copy of the code: the nearest first, then the simulator.

    Raises:
        BrokenMutantError: the tests could not be run.

    """
    with TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = CHECKOUT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / name)
        mutant.apply(copy)
        killed_by = None if by_simulation_alone or not mutant.tests else _by_tests(mutant, copy)
        return Proof(mutant=mutant, killed_by=killed_by or _by_simulation(copy))


def _by_tests(mutant: Mutant, copy: Path) -> str | None:
    pytest = ("pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider", "-m", "not integration and not e2e")
    answer = _python(copy, *pytest, *mutant.tests)
    if answer is None:
        return "tests that never end"
    if answer.returncode == 0:
        return None
    failed = FAILED.search(answer.stdout)
    if answer.returncode != 1 or failed is None:
        raise BrokenMutantError(
            f"{mutant.breaks}: the tests did not run:\n{answer.stdout[-2000:]}{answer.stderr[-2000:]}"
        )
    return failed[1]


def _by_simulation(copy: Path) -> str | None:
    answer = _python(copy, "tests.simulation", "--seeds", str(SEEDS), "--cores", "1", "--first-failure")
    if answer is None:
        return "simulation that never ends"
    if answer.returncode == 0:
        return None
    seed, finding = SEED.search(answer.stdout), FINDING.search(answer.stdout)
    if seed is None or finding is None:
        last = (answer.stderr.strip().splitlines() or ["nothing said"])[-1]
        return f"simulation: {last[:80]}"
    return f"simulation, seed {seed[1]}: {finding[1][:80]}"


def _python(copy: Path, module: str, *arguments: str) -> subprocess.CompletedProcess[str] | None:
    command = [sys.executable, "-m", module, *arguments]
    try:
        return subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=MOST_S, check=False)
    except subprocess.TimeoutExpired:
        return None
