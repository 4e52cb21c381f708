"""usage: python -m tests.mutants [--by-simulation] [WORD]...

Runs the tests against each wrong version of the core, and prints which test told it; fails if one is told by none.
WORDs choose mutants by what they break; --by-simulation asks the simulator alone.
"""

import os
import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor, as_completed

from tests.mutants.mutant import Mutant
from tests.mutants.of_a_batch import OF_A_BATCH
from tests.mutants.of_a_retry import OF_A_RETRY
from tests.mutants.proof import Proof, prove

MUTANTS: tuple[Mutant, ...] = (*OF_A_BATCH, *OF_A_RETRY)


def main() -> int:
    """Return 1 if a mutant survives."""
    parser = ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--by-simulation", action="store_true")
    parser.add_argument("words", nargs="*", metavar="WORD")
    options = parser.parse_args()
    chosen = [each for each in MUTANTS if all(word in each.breaks for word in options.words)]
    began_s, proofs = time.monotonic(), list[Proof]()
    with ThreadPoolExecutor(os.process_cpu_count()) as pool:
        running = [pool.submit(prove, mutant, by_simulation_alone=options.by_simulation) for mutant in chosen]
        for done in as_completed(running):
            proofs.append(done.result())
            print(f"\r{len(proofs)} of {len(chosen)} mutants", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    width = max(len(each.breaks) for each in chosen)
    killers = {proof.mutant: proof.killed_by for proof in proofs}
    for mutant in chosen:
        print(f"{mutant.breaks:{width}}  {killers[mutant] or 'SURVIVES'}")
    alive = sum(killer is None for killer in killers.values())
    print(f"{len(chosen)} mutants, {alive} survive, {time.monotonic() - began_s:.0f} s")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
