"""What do the other sinks notice of one that is dead for ten minutes? In virtual time.

200 changes a second come; the search index answers no call for ten minutes. Ours are the real core and the real retry
worker, over sinks, ledger and queues of a virtual world, in four lanes. The baselines have ten, the most that Lambda
gives a shard; failed batches are bisected, tried ten times more, then given up.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.contenders.handler import FANOUT, PLAIN, POWERTOOLS
from benchmarks.in_memory import PATIENCE_S
from benchmarks.verdict import Goal, Verdict
from benchmarks.virtual.fanout_world import FanoutWorld
from benchmarks.virtual.one_record_world import OneRecordWorld
from benchmarks.virtual.sinks import MANNERS, Arrival, Sink
from benchmarks.virtual.source import LaneOfShard
from benchmarks.virtual.time import VirtualTime

A_SECOND = 200.0
LANES, BASELINE_LANES = 4, 10
DEAD = "search_index"
DEAD_FROM_S, DEAD_TO_S, WRITTEN_TO_S = 120.0, 720.0, 900.0
UNTIL_S = 3600.0
WELL_S = (30.0, DEAD_FROM_S - 1)

WELL_P99 = "p99 lag of the others, all well, s"
OPEN_P99 = "p99 lag of the others, breaker open, s"
WELL_WORST = "worst lag of the others, all well, s"
WORST = "worst lag of the others, s"
MISSING = "changes that had not reached the dead sink within an hour"
MISSING_OTHERS = "changes that had not reached the others (times 3)"
DRAINED = "last arrival at the dead sink, s after its recovery"
RETRIES = "invocations of the retry worker"
GROWTH = "growth of the others' worst lag, patiences"
P99 = "the others' p99 lag, breaker open / all well"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a contender came to.

    Attributes:
        open_from_s: from when on written changes met an open breaker; None where there is no breaker.

    """

    sinks: Mapping[str, Sink]
    open_from_s: float | None
    retry_invocations: int | None = None

    def numbers(self) -> dict[str, float]:
        """Return what is told of it."""
        others = [a for name, sink in self.sinks.items() if name != DEAD for a in sink.arrivals.values()]
        well = [a.lag_s for a in others if WELL_S[0] <= a.written_at_s < WELL_S[1]]
        written = int(WRITTEN_TO_S * A_SECOND)
        dead = self.sinks[DEAD].arrivals
        numbers = {
            WELL_P99: _p99(well),
            WELL_WORST: max(well),
            WORST: max(a.lag_s for a in others),
            MISSING: written - len(dead),
            MISSING_OTHERS: written * (len(self.sinks) - 1) - len(others),
            DRAINED: max(_arrived_s(dead.values())) - DEAD_TO_S,
        }
        if self.open_from_s is not None:
            numbers[OPEN_P99] = _p99([a.lag_s for a in others if self.open_from_s <= a.written_at_s < DEAD_TO_S])
        if self.retry_invocations is not None:
            numbers[RETRIES] = self.retry_invocations
        return numbers


def run() -> Verdict:
    """Let each contender live through it."""
    told = {FANOUT: fanout().numbers(), PLAIN: plain().numbers(), POWERTOOLS: powertools().numbers()}
    ours = told[FANOUT]
    names = list(dict.fromkeys(name for numbers in told.values() for name in numbers))
    return Verdict(
        name="dead_sink",
        question=f"200 changes a second, {DEAD} dead by time-outs for 10 minutes, patience {PATIENCE_S:g} s",
        observed={what: {name: of[what] for name, of in told.items() if what in of} for what in names},
        ratios={GROWTH: (ours[WORST] - ours[WELL_WORST]) / PATIENCE_S, P99: ours[OPEN_P99] / ours[WELL_P99]},
        goals={
            GROWTH: Goal(most=1.0),
            P99: Goal(most=1.2),
            f"{MISSING}: {FANOUT}": Goal(most=0),
            f"{MISSING_OTHERS}: {FANOUT}": Goal(most=0),
        },
    )


def fanout() -> Outcome:
    """Return what becomes of Fanout."""
    time = VirtualTime()
    world = FanoutWorld(_sinks(time), time, random.Random(5).random)
    world.run([_lane(number, LANES) for number in range(LANES)], UNTIL_S)
    opened_s = min(at_s for at_s, breaker in world.ledger.breakers[DEAD] if breaker)
    return Outcome(sinks=world.sinks, open_from_s=opened_s + PATIENCE_S, retry_invocations=world.retry_invocations)


def plain() -> Outcome:
    """Return what becomes of the plain handler."""
    time = VirtualTime()
    sinks = _sinks(time)
    for number in range(BASELINE_LANES):
        world = OneRecordWorld(sinks, time)
        world.run(_lane(number, BASELINE_LANES), world.plain, UNTIL_S)
    return Outcome(sinks=sinks, open_from_s=None)


def powertools() -> Outcome:
    """Return what becomes of Powertools' BatchProcessor."""
    time = VirtualTime()
    sinks = _sinks(time)
    for number in range(BASELINE_LANES):
        world = OneRecordWorld(sinks, time)
        world.run(_lane(number, BASELINE_LANES), world.powertools, UNTIL_S)
    return Outcome(sinks=sinks, open_from_s=None)


def _sinks(time: VirtualTime) -> dict[str, Sink]:
    sinks = {name: Sink(name=name, time=time) for name in MANNERS}
    sinks[DEAD].dead_from_s, sinks[DEAD].dead_to_s = DEAD_FROM_S, DEAD_TO_S
    return sinks


def _lane(number: int, lanes: int) -> LaneOfShard:
    return LaneOfShard(number=number, lanes=lanes, a_second=A_SECOND, ends_at_s=WRITTEN_TO_S)


def _p99(lags_s: list[float]) -> float:
    return sorted(lags_s)[int(len(lags_s) * 0.99)]


def _arrived_s(arrivals: Iterable[Arrival]) -> Iterable[float]:
    return (arrival.arrived_at_s for arrival in arrivals)
