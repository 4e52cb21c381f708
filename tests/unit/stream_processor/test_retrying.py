"""Parked changes leave the queue only for a place where they are durable."""

from dataclasses import dataclass, field
from typing import Any

from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.delivery_state import State
from stream_processor.fan_out import FanOut
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry
from stream_processor.retrying import ParkedMessage, RetryReport, RetryWorker
from stream_processor.undelivered import Undelivered
from tests.fakes import FakeClock, FakeConsumer, FakeLedger, FakeStore, InlineExecutor
from tests.records import record

DOWN = Cause(type="Down", message="the sink is down")


def parked(raw: dict[str, Any], *, message: str | None = None, consumer: str = "one") -> ParkedMessage:
    undelivered = Undelivered(
        event_id=raw.get("eventID"),
        consumer=consumer,
        cause=DOWN,
        attempts=1,
        first_at_ms=1,
        last_at_ms=1,
        record=raw,
    )
    return ParkedMessage(message_id=message or str(raw.get("eventID")), received=3, undelivered=undelivered)


@dataclass
class World:
    """A retry worker with one consumer."""

    consumer: FakeConsumer = field(default_factory=lambda: FakeConsumer("one"))
    ledger: FakeLedger = field(default_factory=FakeLedger)
    bucket: FakeStore = field(default_factory=FakeStore)

    def process(self, *messages: ParkedMessage) -> tuple[list[str], RetryReport]:
        clock = FakeClock()
        worker = RetryWorker(
            ledger=self.ledger,
            fan_out=FanOut([self.consumer], patience_s={"one": 5}, executor=InlineExecutor(), clock=clock),
            failures=self.bucket,
            clock=clock,
            reserve_s=4,
        )
        return worker.process(messages, Deadline.after(30, clock))


def test_a_delivered_change_leaves_the_queue_and_is_recorded_beside_the_stream_functions_entry() -> None:
    """The worker writes an item of its own, never over the other function's."""
    world, first = World(), record(1)
    kept, report = world.process(parked(first))
    assert kept == []
    assert report.settled == {State.DELIVERED: 1}
    assert list(world.ledger.entries) == [f"{first['eventID']}#one"]


def test_a_change_whose_sink_is_still_down_stays_in_the_queue() -> None:
    """Retry keeps just that message."""
    first, second = record(1), record(2)

    def outcome(change: Change) -> Outcome:
        return Retry(cause=DOWN) if change.event_id == first["eventID"] else DELIVERED

    world = World(consumer=FakeConsumer("one", outcome))
    kept, _ = world.process(parked(first), parked(second))
    assert kept == [first["eventID"]]
    assert world.bucket.items == []


def test_a_rejected_change_is_dead_lettered_with_its_history() -> None:
    """The dead letter counts all attempts and keeps the time of the first."""
    first = record(1)
    world = World(consumer=FakeConsumer("one", lambda _: Rejected(cause=Cause(type="Poison", message="never"))))
    kept, _ = world.process(parked(first))
    assert kept == []
    (dead,) = world.bucket.items
    assert (dead.attempts, dead.first_at_ms, dead.cause.type, dead.record) == (4, 1, "Poison", first)


def test_a_rejected_change_that_cannot_be_stored_stays() -> None:
    """No bucket, no leaving the queue (I1)."""
    first = record(1)
    world = World(consumer=FakeConsumer("one", lambda _: Rejected(cause=DOWN)))
    world.bucket.refuses = lambda _: True
    assert world.process(parked(first))[0] == [first["eventID"]]


def test_messages_of_a_document_are_given_in_stream_order_whatever_order_they_come_in() -> None:
    """The queue has no order, so the worker makes one (I4)."""
    world = World()
    world.process(*(parked(record(n, document="same")) for n in (3, 1, 2)))
    assert [change.event_id[-1] for change in world.consumer.given] == ["1", "2", "3"]


def test_two_messages_of_one_change_are_one_delivery() -> None:
    """A change parked twice is given once, and both messages leave."""
    world, first = World(), record(1)
    kept, _ = world.process(parked(first, message="m1"), parked(first, message="m2"))
    assert kept == []
    assert len(world.consumer.given) == 1


def test_a_message_nobody_can_deliver_is_dead_lettered() -> None:
    """An unknown consumer, or a record that does not decode, ends in the bucket, not in a loop."""
    world = World()
    kept, _ = world.process(parked(record(1), consumer="gone"), parked({"eventID": "x"}))
    assert kept == []
    assert [dead.cause.type for dead in world.bucket.items] == ["UnknownConsumer", "BadRecord"]
    assert world.consumer.given == []


def test_a_ledger_that_cannot_be_written_keeps_no_message() -> None:
    """The ledger is advice: a delivered change leaves the queue all the same (I3)."""
    world = World(ledger=FakeLedger(writable=False))
    kept, report = world.process(parked(record(1)))
    assert kept == []
    assert len(report.ledger_faults) == 1
