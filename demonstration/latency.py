"""How the deliveries go, in numbers: per consumer what arrived, what did not, and how long it took."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from demonstration.history import Happening
from demonstration.ledger_reader import Ledger
from stream_processor.delivery_state import State

GOAL_P95_MS = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerFigures:
    """One consumer's numbers.

    Attributes:
        retried: changes that were parked in the retry queue, whatever became of them since.
        pending: changes in the stream of which the ledger does not know that this consumer has them.
        p50_ms: from the writer's stamp to the delivery, over changes that carry a stamp; None without any.

    """

    consumer: str
    delivered: int
    skipped: int
    parked: int
    dead_lettered: int
    retried: int
    pending: int
    p50_ms: int | None
    p95_ms: int | None

    @property
    def fast_enough(self) -> bool:
        """Whether the goal for p95 is met."""
        return self.p95_ms is not None and self.p95_ms < GOAL_P95_MS


def figures(happenings: Sequence[Happening], ledger: Ledger) -> list[ConsumerFigures]:
    """Return each consumer's numbers over these changes."""
    return [_of(consumer, happenings, ledger) for consumer in ledger.consumers]


def _of(consumer: str, happenings: Iterable[Happening], ledger: Ledger) -> ConsumerFigures:
    states: Counter[State | None] = Counter()
    latencies_ms = []
    retried = 0
    for happening in happenings:
        standing = ledger.standing(happening.event_id, consumer)
        states[standing.state if standing else None] += 1
        retried += ledger.was_parked(happening.event_id, consumer)
        if standing and standing.state is State.DELIVERED and happening.written_at_ms is not None:
            latencies_ms.append(standing.at_ms - happening.written_at_ms)
    return ConsumerFigures(
        consumer=consumer,
        delivered=states[State.DELIVERED],
        skipped=states[State.SKIPPED],
        parked=states[State.PARKED],
        dead_lettered=states[State.DEAD_LETTERED],
        retried=retried,
        pending=states[None],
        p50_ms=percentile(latencies_ms, 50),
        p95_ms=percentile(latencies_ms, 95),
    )


def percentile(values: Sequence[int], percent: int) -> int | None:
    """Return the nearest-rank percentile: the smallest value that `percent` of all values do not exceed.

    >>> percentile([30, 10, 20], 50)
    20
    """
    if not values:
        return None
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]
