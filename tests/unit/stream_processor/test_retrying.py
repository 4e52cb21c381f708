"""Parked changes leave the queue only for a place where they are durable."""

from dataclasses import dataclass, field
from typing import Any

from stream_processor.change import Change
from stream_processor.circuit_breaker import BreakerPolicy, Judge, OpenBreaker
from stream_processor.deadline import Deadline
from stream_processor.delivery import Delivery
from stream_processor.delivery_state import State
from stream_processor.fan_out import FanOut
from stream_processor.mass_rejection import MASS_REJECTION
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry
from stream_processor.parking import ParkingPolicy
from stream_processor.retrying import ParkedMessage, RetryReport, RetryWorker
from stream_processor.undelivered import Undelivered
from tests.fakes import FakeClock, FakeConsumer, FakeLedger, FakeStore, surroundings
from tests.records import record

NOW_MS = 1_800_000_000_000
DOWN = Cause(type="Down", message="the sink is down")


def parked(
    raw: dict[str, Any],
    *,
    message: str | None = None,
    consumer: str = "one",
    cause: Cause = DOWN,
    first_at_ms: int = NOW_MS - 60_000,
) -> ParkedMessage:
    undelivered = Undelivered(
        event_id=raw.get("eventID"),
        consumer=consumer,
        cause=cause,
        attempts=1,
        first_at_ms=first_at_ms,
        last_at_ms=first_at_ms,
        record=raw,
    )
    return ParkedMessage(message_id=message or str(raw.get("eventID")), undelivered=undelivered)


@dataclass
class World:
    """A retry worker with one consumer."""

    consumer: FakeConsumer = field(default_factory=lambda: FakeConsumer("one"))
    ledger: FakeLedger = field(default_factory=FakeLedger)
    queue: FakeStore = field(default_factory=FakeStore)
    bucket: FakeStore = field(default_factory=FakeStore)

    def process(self, *messages: ParkedMessage) -> tuple[list[str], RetryReport]:
        clock = FakeClock(time_s=NOW_MS / 1000)
        worker = RetryWorker(
            consumers=["one"],
            ledger=self.ledger,
            delivery=Delivery(
                fan_out=FanOut([self.consumer], patience_s={"one": 5}, surroundings=surroundings(clock)),
                projections={},
                breakers=self.ledger,
                judge=Judge(policy=BreakerPolicy()),
                clock=clock,
            ),
            retry_queues={"one": self.queue},
            failures=self.bucket,
            policy=ParkingPolicy(),
            clock=clock,
            chance=lambda: 0.5,
            reserve_s=4,
        )
        return worker.process(messages, Deadline.after(30, clock))

    def open_breaker(self, *, opened_ago_s: float, probe_in_s: float) -> None:
        self.ledger.breakers["one"] = OpenBreaker(
            opened_at_ms=NOW_MS - int(opened_ago_s * 1000), reason="down", probe_at_ms=NOW_MS + int(probe_in_s * 1000)
        )


def test_a_delivered_change_leaves_the_queue_and_is_recorded_beside_the_stream_functions_entry() -> None:
    """The worker writes an item of its own, never over the other function's."""
    world, first = World(), record(1)
    kept, report = world.process(parked(first))
    assert kept == []
    assert report.settled == {State.DELIVERED: 1}
    assert list(world.ledger.entries) == [f"{first['eventID']}#one"]


def test_a_change_whose_sink_is_still_down_is_parked_anew_with_a_delay() -> None:
    """It leaves its message only for a new one, whose attempts count on and whose delay grows with them."""
    first, second = record(1), record(2)

    def outcome(change: Change) -> Outcome:
        return Retry(cause=DOWN) if change.event_id == first["eventID"] else DELIVERED

    world = World(consumer=FakeConsumer("one", outcome))
    kept, report = world.process(parked(first), parked(second))
    assert kept == []
    assert report.settled == {State.PARKED: 1, State.DELIVERED: 1}
    (again,) = world.queue.items
    assert (again.attempts, again.record, again.first_at_ms) == (2, first, NOW_MS - 60_000)
    assert world.queue.delays_s == [0.5 * 2 * 2.0]
    assert world.bucket.items == []


def test_a_change_that_can_be_parked_nowhere_stays_in_its_message() -> None:
    """When parking anew fails, the message is kept (I1)."""
    first = record(1)
    world = World(consumer=FakeConsumer("one", lambda _: Retry(cause=DOWN)))
    world.queue.refuses = lambda _: True
    assert world.process(parked(first))[0] == [first["eventID"]]


def test_a_sink_that_asks_for_a_pause_gets_it() -> None:
    """The delay is never shorter than what the sink asked for."""
    world = World(consumer=FakeConsumer("one", lambda _: Retry(cause=DOWN, after_s=120)))
    world.process(parked(record(1)))
    assert world.queue.delays_s == [120]


def test_what_is_parked_for_ten_days_goes_to_the_failures_bucket() -> None:
    """A change never just expires: it ends where a person finds it, with its last cause."""
    first, second = record(1), record(2)
    world = World(consumer=FakeConsumer("one", lambda _: Retry(cause=DOWN)))
    days_ms = 24 * 3600 * 1000
    world.process(
        parked(first, first_at_ms=NOW_MS - 10 * days_ms), parked(second, first_at_ms=NOW_MS - 10 * days_ms + 1)
    )
    (dead,) = world.bucket.items
    assert (dead.record, dead.cause.type) == (first, "ParkedTooLong")
    assert "the sink is down" in dead.cause.message
    assert [again.record for again in world.queue.items] == [second]


def test_while_the_breaker_is_open_nothing_is_asked_until_a_probe_is_due() -> None:
    """Changes wait a share of the outage's age, and their attempts do not count on."""
    world = World()
    world.open_breaker(opened_ago_s=600, probe_in_s=1)
    kept, _ = world.process(parked(record(1)), parked(record(2)))
    assert kept == []
    assert world.consumer.given == []
    assert [again.attempts for again in world.queue.items] == [1, 1]
    assert world.queue.delays_s == [600 * 0.1 * 0.75] * 2
    assert "one" in world.ledger.breakers


def test_one_change_probes_the_sink_and_its_success_closes_the_breaker() -> None:
    """The oldest change goes first; the others of the batch wait for the next look."""
    world = World()
    world.open_breaker(opened_ago_s=600, probe_in_s=-1)
    kept, report = world.process(parked(record(2)), parked(record(1)))
    assert kept == []
    assert [change.event_id for change in world.consumer.given] == [record(1)["eventID"]]
    assert report.settled == {State.DELIVERED: 1, State.PARKED: 1}
    assert world.ledger.breakers == {}


def test_a_probe_that_fails_leaves_the_breaker_open_and_puts_the_next_probe_off() -> None:
    """Only one probe each few seconds meets a sink that is down."""
    world = World(consumer=FakeConsumer("one", lambda _: Retry(cause=DOWN)))
    world.open_breaker(opened_ago_s=600, probe_in_s=-1)
    world.process(parked(record(1)), parked(record(2)))
    assert world.ledger.breakers["one"].probe_at_ms > NOW_MS
    assert len(world.queue.items) == 2


def test_a_mass_rejection_has_a_day_to_be_mended_before_it_is_poison() -> None:
    """A change that was parked because one cause rejected many is not dead-lettered by that cause at once."""
    world = World(consumer=FakeConsumer("one", lambda _: Rejected(cause=Cause(type="BadMapping", message=""))))
    mass = Cause(type=MASS_REJECTION, message="BadMapping: ")
    day_ms = 24 * 3600 * 1000
    first, second = record(1), record(2)
    world.process(
        parked(first, cause=mass, first_at_ms=NOW_MS - day_ms + 1),
        parked(second, cause=mass, first_at_ms=NOW_MS - day_ms),
    )
    assert [again.cause for again in world.queue.items] == [mass]
    assert [dead.record for dead in world.bucket.items] == [second]


def test_a_rejected_change_is_dead_lettered_with_its_history() -> None:
    """The dead letter counts all attempts and keeps the time of the first."""
    first = record(1)
    world = World(consumer=FakeConsumer("one", lambda _: Rejected(cause=Cause(type="Poison", message="never"))))
    kept, _ = world.process(parked(first))
    assert kept == []
    (dead,) = world.bucket.items
    assert (dead.attempts, dead.first_at_ms, dead.cause.type, dead.record) == (2, NOW_MS - 60_000, "Poison", first)


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
    mass = Cause(type=MASS_REJECTION, message="BadMapping: ")
    kept, _ = world.process(parked(record(1), consumer="gone", cause=mass), parked({"eventID": "x"}))
    assert kept == []
    assert [dead.cause.type for dead in world.bucket.items] == ["UnknownConsumer", "BadRecord"]
    assert world.consumer.given == []


def test_a_ledger_that_cannot_be_written_keeps_no_message() -> None:
    """The ledger is advice: a delivered change leaves the queue all the same (I3)."""
    world = World(ledger=FakeLedger(writable=False))
    kept, report = world.process(parked(record(1)))
    assert kept == []
    assert len(report.ledger_faults) == 1


def test_a_change_of_a_mass_stays_one_though_its_sink_fails_otherwise_meanwhile() -> None:
    """An outage between two rejections does not take away the day that a mass has to be mended."""
    mass = Cause(type=MASS_REJECTION, message="BadMapping: ")
    world = World(consumer=FakeConsumer("one", lambda _: Retry(cause=DOWN)))
    world.process(parked(record(1), cause=mass))
    assert [again.cause for again in world.queue.items] == [mass]


def test_several_messages_of_one_change_are_parked_anew_as_one() -> None:
    """Repeats do not multiply: the oldest parking goes on, and all its messages leave."""
    first = record(1)
    world = World(consumer=FakeConsumer("one", lambda _: Retry(cause=DOWN)))
    kept, report = world.process(
        parked(first, message="m1"), parked(first, message="m2", first_at_ms=NOW_MS - 90_000), parked(record(2))
    )
    assert kept == []
    assert [(again.record, again.first_at_ms) for again in world.queue.items] == [
        (first, NOW_MS - 90_000),
        (record(2), NOW_MS - 60_000),
    ]
    assert report.settled == {State.PARKED: 3}


def test_a_ledger_that_cannot_be_read_stops_no_delivery() -> None:
    """Without word of the breakers, the worker asks the sink (I3)."""
    world = World(ledger=FakeLedger(readable=False))
    kept, report = world.process(parked(record(1)))
    assert kept == []
    assert len(world.consumer.given) == 1
    assert len(report.ledger_faults) == 1
