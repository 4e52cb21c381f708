"""usage: python -m tests.mutants [--by-simulation] [WORD]...

Runs the tests against each wrong version of the core, and prints which test told it; fails if one is told by none.
WORDs choose mutants by what they break; --by-simulation asks the simulator alone.
"""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from tests.mutants.mutant import Mutant
from tests.mutants.of_a_batch import OF_A_BATCH
from tests.mutants.of_a_retry import OF_A_RETRY
from tests.mutants.proof import CHECKOUT, prove

MUTANTS: tuple[Mutant, ...] = (*OF_A_BATCH, *OF_A_RETRY)


def main() -> int:
    """Return 1 if a mutant survives."""
    parser = ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--by-simulation", action="store_true")
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args()
    chosen = [each for each in MUTANTS if all(word in each.breaks for word in options.words)]
    gone = [each for each in MUTANTS if each.times(CHECKOUT) != 1]
    for mutant in gone:
        print(f"{mutant.breaks}: {mutant.file} has changed, this text must stand there once: {mutant.old!r}")
    return 1 if gone else show(chosen, by_simulation_alone=options.by_simulation)


def show(mutants: Sequence[Mutant], *, by_simulation_alone: bool) -> int:
    """Print a line for each mutant as soon as it is known what told it; return 1 if nothing did."""
    began_s, alive = time.monotonic(), 0
    width = max(len(each.breaks) for each in mutants)
    with ThreadPoolExecutor(os.process_cpu_count()) as pool:
        running = [pool.submit(prove, mutant, by_simulation_alone=by_simulation_alone) for mutant in mutants]
        for done in as_completed(running):
            proof = done.result()
            alive += proof.killed_by is None
            print(f"{proof.mutant.breaks:{width}}  {proof.killed_by or 'SURVIVES'}", flush=True)
    print(f"{len(mutants)} mutants, {alive} survive, {time.monotonic() - began_s:.0f} s")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
