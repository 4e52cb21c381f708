"""The contract between the stream processor and a consumer."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.outcome import Outcome


class Answer(NamedTuple):
    """One consumer's outcome for one change."""

    change: Change
    outcome: Outcome


class Consumer(Protocol):
    """One downstream: it brings changes to one sink.

    What a consumer is given
        Only changes that it has not had yet, as far as the delivery ledger knows: repeats are rare, but they come
        (after a crash, or while the ledger cannot be read). Changes of one document stand in stream order (I4).
        Attributes that its projection leaves out are not there.

    What it answers, and what the caller does next
        `Delivered`, `Skipped`  the change is settled for this consumer and recorded in the ledger.
        `Retry`                 the change is parked in this consumer's retry queue; the retry worker gives it again,
                                alone or with others, later, when newer changes of its document may have gone ahead.
        `Rejected`              the change goes to the failures bucket, whole; it is not given again by itself.
        no answer               treated as `Retry`. So is an exception, for every change that has no answer yet.
        Of several answers for one change the first counts.

    What it promises
        Delivering a change twice is harmless at the sink (I9), and a change that arrives late never overwrites a
        newer state there (I5). It writes nothing to the documents table (I10).

    Deadline
        `deadline` is the end of its patience. It bounds every call it makes by `deadline.remaining_s()`, and stops
        once `deadline.passed()`: answers that come later are not heard, and those changes are parked.

    Attributes:
        name: its name in the registry, the ledger, metrics and settings.

    """

    @property
    def name(self) -> str:
        """Return the consumer's name."""
        ...

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Deliver `changes` and yield an answer for each as soon as it is known, in any order.

        Called on a thread of the consumer's own, never twice at once. Answering as one goes matters: what has been
        answered stays answered when a later call raises or the deadline passes.
        """
        ...


@runtime_checkable
class Redelivers(Protocol):
    """A consumer that brings parked changes to its sink in another way: they may come weeks later."""

    def redeliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """As `Consumer.deliver`, for changes that were parked or are redriven."""
        ...


class Redelivery:
    """A consumer as the retry worker asks it: by `redeliver`, where it has that."""

    def __init__(self, consumer: Consumer) -> None:
        """Ask `consumer`."""
        self.name = consumer.name
        self.deliver = consumer.redeliver if isinstance(consumer, Redelivers) else consumer.deliver
