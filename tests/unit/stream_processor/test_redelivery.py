"""How the retry worker asks a consumer."""

from collections.abc import Iterator, Sequence

from stream_processor.change import Change
from stream_processor.consumer import Answer, Redelivery
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Skipped
from tests.fakes import FakeClock
from tests.records import event, record

LATE = Skipped(reason="late")


class Plain:
    """Has one way to deliver."""

    name = "plain"

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        yield from (Answer(change, DELIVERED) for change in changes)


class Repairing(Plain):
    """Has another way for changes that come late."""

    name = "repairing"

    def redeliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        yield from (Answer(change, LATE) for change in changes)


def test_a_parked_change_goes_the_way_that_its_consumer_has_for_it() -> None:
    """`redeliver` where there is one, else `deliver`; the name stays."""
    (change,) = decode_event(event(record(1))).changes
    deadline = Deadline.after(1, FakeClock())
    for consumer, outcome in ((Plain(), DELIVERED), (Repairing(), LATE)):
        asked = Redelivery(consumer)
        assert asked.name == consumer.name
        assert list(asked.deliver([change], deadline)) == [Answer(change, outcome)]
