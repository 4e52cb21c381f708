"""What the core needs of the world. Adapters keep these contracts; the conformance tests try them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.deadline import Deadline
from stream_processor.delivery_state import LedgerEntry
from stream_processor.errors import FanoutError
from stream_processor.undelivered import Undelivered


class LedgerUnavailableError(FanoutError):
    """The delivery ledger cannot be read or written. The caller counts it and goes on: the ledger is advice (I3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """What the ledger knows.

    Attributes:
        entries: by event id, those that exist.
        open_breakers: by consumer, those that are open.

    """

    entries: Mapping[str, LedgerEntry]
    open_breakers: Mapping[str, OpenBreaker]


NOTHING_KNOWN = Recollection(entries={}, open_breakers={})


class Ledger(Protocol):
    """The idempotency store, the answer to "where is my change", and the board on which breakers are shared."""

    def recall(self, event_ids: Sequence[str], consumers: Sequence[str], deadline: Deadline) -> Recollection:
        """Return what is known of these events and of these consumers' breakers, read consistently.

        Raises:
            LedgerUnavailableError: not all could be read in time; the caller then delivers as if nothing were known.

        """
        ...

    def record(self, entries: Sequence[LedgerEntry], deadline: Deadline) -> None:
        """Write the entries whole, over what stood there.

        Raises:
            LedgerUnavailableError: not all could be written in time; some may have been. The caller settles all the
                same: the cost is that a redelivered change is given to consumers that have it.

        """
        ...


class BreakerBoard(Protocol):
    """Breakers, shared by all execution environments. Each method raises `LedgerUnavailableError` on a fault.

    The caller then goes on with what it knows: a breaker that could not be opened costs patience, one that could not
    be closed costs a detour by the retry queue; neither loses anything.
    """

    def open_breaker(self, consumer: str, breaker: OpenBreaker) -> None:
        """Open a breaker; one that is open already stays as it is."""
        ...

    def claim_probe(self, consumer: str, *, now_ms: int, next_probe_at_ms: int) -> bool:
        """Take the turn to probe an open breaker's sink: return whether the caller has it, nobody else then does.

        True only if the breaker is open and `probe_at_ms` has come; that is set to `next_probe_at_ms` then.
        """
        ...

    def close_breaker(self, consumer: str) -> None:
        """Close a breaker: the sink is well again."""
        ...


class RetryQueue(Protocol):
    """One consumer's parked changes."""

    def park(
        self, parked: Sequence[Undelivered], deadline: Deadline, *, delays_s: Sequence[float] = ()
    ) -> Collection[int]:
        """Put changes into the queue, whole, each to be handed out after its delay (none given: at once).

        Returns the positions in `parked` that are durable now. What is not among them stays unsettled: the caller
        has the stream send it again. Never raises for a fault of the queue.
        """
        ...


class FailuresBucket(Protocol):
    """Where dead letters lie until a person redrives them."""

    def put(self, dead_letters: Sequence[Undelivered], deadline: Deadline) -> Collection[int]:
        """Store dead letters, one object each; storing one again does no harm.

        Returns the positions in `dead_letters` that are durable now; the caller treats the others as `park` says.
        """
        ...


class Task(Protocol):
    """Something started on another thread."""

    def done(self) -> bool:
        """Return whether it has ended, well or not."""
        ...


class Executor(Protocol):
    """Threads, so that a test can run them one at a time."""

    def start(self, name: str, run: Callable[[], None]) -> Task:
        """Start `run` on a thread of its own. `run` never raises."""
        ...

    def wait(self, tasks: Sequence[Task], timeout_s: float) -> None:
        """Return once all `tasks` are done, or after `timeout_s` seconds."""
        ...

    def pause(self, pause_s: float) -> None:
        """Let `pause_s` seconds pass on the thread that asks."""
        ...
