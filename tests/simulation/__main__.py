"""usage: python -m tests.simulation [--seeds N] [--first N] [--cores N] [--first-failure]
       python -m tests.simulation --seed N [--without FAULT]...

Runs many seeds on all cores, or one seed and tells its history.
"""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing import Pool

from tests.simulation.scenario import Fault
from tests.simulation.telling import tell
from tests.simulation.trial import attempt, failure

CHUNK = 20
MOST_FAILURES_TOLD = 3


def failing(seed: int) -> int | None:
    """Return the seed if something is wrong in its run."""
    return seed if attempt(seed).findings else None


def run_many(first: int, count: int, *, cores: int | None = None, stops: bool = False) -> list[int]:
    """Try seeds on all cores, with a line of progress; return those that failed. `stops`: the first one ends it."""
    failed, began_s, seeds = [], time.monotonic(), range(first, first + count)
    with ExitStack() as stack:
        tried: Iterator[int | None] = map(failing, seeds)
        if cores != 1:
            pool = stack.enter_context(Pool(cores or os.process_cpu_count()))
            tried = pool.imap_unordered(failing, seeds, chunksize=1 if stops else CHUNK)
        for done, seed in enumerate(tried, start=1):
            if seed is not None:
                failed.append(seed)
                if stops:
                    break
            if done % 100 == 0 or done == count:
                line = f"{done} of {count} seeds, {len(failed)} failed, {time.monotonic() - began_s:.0f} s"
                print(f"\r{line}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return sorted(failed)


def main() -> int:
    """Return 1 if anything is wrong."""
    parser = ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--cores", type=int)
    parser.add_argument("--first-failure", action="store_true", help="stop at the first seed that fails, told as it is")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--without", action="append", default=[], type=Fault, metavar="FAULT")
    options = parser.parse_args()
    if options.seed is not None:
        trial = attempt(options.seed, frozenset(options.without))
        print(*tell(trial.run, trial.findings), sep="\n")
        return 1 if trial.findings else 0
    failed = run_many(options.first, options.seeds, cores=options.cores, stops=options.first_failure)
    for seed in failed[:MOST_FAILURES_TOLD]:
        print(failure(seed, shrinks=not options.first_failure), end="\n\n")
    last = options.first + options.seeds - 1
    print(f"seeds {options.first} to {last}: {len(failed)} failed{': ' if failed else ''}{str(failed or '')[:500]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
