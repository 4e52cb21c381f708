"""The core's ports in memory: they take everything at once and keep nothing, so that only the core costs."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from stream_processor.adapters.threads import SystemClock
from stream_processor.change import Change
from stream_processor.circuit_breaker import BreakerPolicy, Judge, OpenBreaker
from stream_processor.consumer import Answer, Consumer
from stream_processor.deadline import Deadline
from stream_processor.delivery import Delivery
from stream_processor.delivery_state import LedgerEntry
from stream_processor.fan_out import FanOut, Surroundings
from stream_processor.outcome import DELIVERED
from stream_processor.ports import NOTHING_KNOWN, Recollection, Task
from stream_processor.processing import StreamProcessor
from stream_processor.projection import Projection
from stream_processor.putting_away import PuttingAway
from stream_processor.undelivered import Undelivered

CONSUMERS = ("search_index", "analysis_queue", "websocket_notifier", "audit_log")
PATIENCE_S = 8.0
RESERVE_S = 4.0
CLOCK = SystemClock()


class TakesAll:
    """A consumer that has delivered everything as soon as it is asked."""

    def __init__(self, name: str) -> None:
        """Answer under `name`."""
        self.name = name

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:  # noqa: ARG002
        """Answer Delivered for all."""
        for change in changes:
            yield Answer(change, DELIVERED)


class ForgetfulLedger:
    """A ledger that knows nothing; no breaker is ever open."""

    def recall(self, event_ids: Sequence[str], consumers: Sequence[str], deadline: Deadline) -> Recollection:  # noqa: ARG002
        """Know nothing."""
        return NOTHING_KNOWN

    def record(self, entries: Sequence[LedgerEntry], deadline: Deadline) -> None:
        """Take note of nothing."""

    def open_breaker(self, consumer: str, breaker: OpenBreaker) -> None:
        """Leave it closed."""

    def claim_probe(self, consumer: str, *, now_ms: int, next_probe_at_ms: int) -> bool:  # noqa: ARG002
        """Give nobody a turn."""
        return False

    def close_breaker(self, consumer: str) -> None:
        """Leave it closed."""


class Nowhere:
    """A retry queue and a failures bucket that take everything."""

    def park(
        self,
        parked: Sequence[Undelivered],
        deadline: Deadline,  # noqa: ARG002
        *,
        delays_s: Sequence[float] = (),  # noqa: ARG002
    ) -> Collection[int]:
        """Take all."""
        return range(len(parked))

    def put(self, dead_letters: Sequence[Undelivered], deadline: Deadline) -> Collection[int]:  # noqa: ARG002
        """Take all."""
        return range(len(dead_letters))


class OnTheSpot:
    """An executor without threads: what is started has ended."""

    def start(self, name: str, run: Callable[[], None]) -> Task:  # noqa: ARG002
        """Run it."""
        run()
        return self

    def done(self) -> bool:
        """It has."""
        return True

    def wait(self, tasks: Sequence[Task], timeout_s: float) -> None:
        """Nothing is awaited."""

    def pause(self, pause_s: float) -> None:
        """Nothing is awaited."""


def core(consumers: Sequence[Consumer], projections: Mapping[str, Projection]) -> StreamProcessor:
    """Return the real core over these consumers, everything else in memory."""
    names = [consumer.name for consumer in consumers]
    ledger, nowhere = ForgetfulLedger(), Nowhere()
    return StreamProcessor(
        consumers=names,
        ledger=ledger,
        delivery=Delivery(
            fan_out=FanOut(
                consumers,
                patience_s=dict.fromkeys(names, PATIENCE_S),
                surroundings=Surroundings(executor=OnTheSpot(), clock=CLOCK, chance=lambda: 0.0),
            ),
            projections=projections,
            breakers=ledger,
            judge=Judge(policy=BreakerPolicy()),
            clock=CLOCK,
        ),
        putting_away=PuttingAway(retry_queues=dict.fromkeys(names, nowhere), failures=nowhere, clock=CLOCK),
        clock=CLOCK,
        reserve_s=RESERVE_S,
    )
