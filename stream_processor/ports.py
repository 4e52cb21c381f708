"""What the core needs of the world. Adapters keep these contracts; the conformance tests try them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from stream_processor.deadline import Deadline
from stream_processor.delivery_state import LedgerEntry
from stream_processor.errors import FanoutError
from stream_processor.undelivered import Undelivered


class LedgerUnavailableError(FanoutError):
    """The delivery ledger cannot be read or written. The caller counts it and goes on: the ledger is advice (I3)."""


class Ledger(Protocol):
    """The idempotency store and the answer to "where is my change"."""

    def recall(self, event_ids: Sequence[str], deadline: Deadline) -> Mapping[str, LedgerEntry]:
        """Return the entries that exist, by event id, read consistently.

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


class RetryQueue(Protocol):
    """One consumer's parked changes."""

    def park(self, parked: Sequence[Undelivered], deadline: Deadline) -> Collection[int]:
        """Put changes into the queue, whole.

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
