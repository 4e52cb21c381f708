"""Measure contenders in turn, several rounds, so that a drift of the machine meets them all alike."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

WARM_UP_ROUNDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One contender's times over all rounds, seconds per unit of work."""

    median_s: float
    least_s: float
    most_s: float

    @staticmethod
    def of(times_s: Sequence[float]) -> "Figure":
        """Sum up the rounds."""
        return Figure(median_s=statistics.median(times_s), least_s=min(times_s), most_s=max(times_s))


def in_turn(
    contenders: Mapping[str, Callable[[], object]],
    *,
    rounds: int,
    units: int,
    at_least_s: float = 0.05,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Figure]:
    """Run each contender once a round, repeated until `at_least_s` has passed; return its time per unit.

    Args:
        contenders: name -> what to run.
        rounds: how often each has its turn, beyond one round of warming up.
        units: how many units of work (records, documents) one call does.
        at_least_s: the shortest turn.
        clock: what is measured; `time.process_time` for work that never waits, which the machine's other work then
            does not count to.

    """
    times_s: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(WARM_UP_ROUNDS + rounds):
        for name, run in contenders.items():
            per_unit_s = _time(run, at_least_s, clock) / units
            if number >= WARM_UP_ROUNDS:
                times_s[name].append(per_unit_s)
    return {name: Figure.of(times) for name, times in times_s.items()}


def _time(run: Callable[[], object], at_least_s: float, clock: Callable[[], float]) -> float:
    """Return the seconds that one call takes."""
    with without_collector():
        calls = 0
        begin_s = clock()
        passed_s = 0.0
        while passed_s < at_least_s:
            run()
            calls += 1
            passed_s = clock() - begin_s
        return passed_s / calls


@contextmanager
def without_collector() -> Iterator[None]:
    """Hold the garbage collector off, as `timeit` does."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
