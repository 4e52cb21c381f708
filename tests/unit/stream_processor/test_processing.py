"""A batch's way through the stream processor, with every consumer, queue and bucket in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stream_processor.change import Change
from stream_processor.circuit_breaker import BREAKER_OPEN, BreakerPolicy, Judge, OpenBreaker
from stream_processor.deadline import Deadline
from stream_processor.delivery import Delivery
from stream_processor.delivery_state import State
from stream_processor.fan_out import FanOut
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry, Skipped
from stream_processor.processing import StreamProcessor
from stream_processor.projection import Projection
from stream_processor.putting_away import PuttingAway
from stream_processor.report import BatchReport
from stream_processor.settlement import BatchAnswer
from stream_processor.undelivered import DECODER, Undelivered
from tests.fakes import FakeClock, FakeConsumer, FakeLedger, FakeStore, surroundings
from tests.records import event, record

DOWN = Retry(cause=Cause(type="Down", message="the sink is down"))
POISON = Rejected(cause=Cause(type="Poison", message="never"))
ALL_SETTLED: BatchAnswer = {"batchItemFailures": []}


def failed(raw: dict[str, Any]) -> BatchAnswer:
    return {"batchItemFailures": [{"itemIdentifier": raw["dynamodb"]["SequenceNumber"]}]}


def on(raw: dict[str, Any], outcome: Outcome) -> Callable[[Change], Outcome]:
    return lambda change: outcome if change.event_id == raw["eventID"] else DELIVERED


@dataclass
class World:
    """A stream processor with two consumers."""

    one: FakeConsumer = field(default_factory=lambda: FakeConsumer("one"))
    two: FakeConsumer = field(default_factory=lambda: FakeConsumer("two"))
    ledger: FakeLedger = field(default_factory=FakeLedger)
    queue: FakeStore = field(default_factory=FakeStore)
    bucket: FakeStore = field(default_factory=FakeStore)
    judge: Judge = field(default_factory=lambda: Judge(policy=BreakerPolicy()))
    projections: dict[str, Projection] = field(default_factory=dict)
    report: BatchReport | None = None

    def process(self, *records: object) -> BatchAnswer:
        clock = FakeClock()
        processor = StreamProcessor(
            consumers=["one", "two"],
            ledger=self.ledger,
            delivery=Delivery(
                fan_out=FanOut([self.one, self.two], patience_s={"one": 5, "two": 5}, surroundings=surroundings(clock)),
                projections=self.projections,
                breakers=self.ledger,
                judge=self.judge,
                clock=clock,
            ),
            putting_away=PuttingAway(
                retry_queues={"one": self.queue, "two": self.queue}, failures=self.bucket, clock=clock
            ),
            clock=clock,
            reserve_s=4,
        )
        answer, self.report = processor.process(event(*records), Deadline.after(30, clock))
        return answer

    def states(self, raw: dict[str, Any]) -> dict[str, State]:
        entry = self.ledger.entries[raw["eventID"]]
        return {name: standing.state for name, standing in entry.standings.items()}


def test_delivered_everywhere_is_settled_and_recorded() -> None:
    """The plain case: one entry a record with each consumer's state, and the empty answer."""
    world, first, second = World(), record(1), record(2)
    assert world.process(first, second) == ALL_SETTLED
    assert world.states(first) == world.states(second) == {"one": State.DELIVERED, "two": State.DELIVERED}


def test_a_redelivered_batch_is_given_to_nobody_who_has_it() -> None:
    """The ledger spares consumers the repeat (I3)."""
    world = World()
    world.process(record(1), record(2))
    assert world.process(record(1), record(2), record(3)) == ALL_SETTLED
    assert [change.event_id for change in world.one.given] == [f"{n:032x}" for n in (1, 2, 3)]
    assert world.report is not None
    assert world.report.consumers["one"].known == 2


def test_what_a_sink_cannot_take_is_parked_whole_and_the_checkpoint_passes() -> None:
    """A failing sink blocks nothing: its change waits in the retry queue with the record as it came (I1, I6)."""
    first, second = record(1), record(2)
    world = World(one=FakeConsumer("one", on(first, DOWN)))
    assert world.process(first, second) == ALL_SETTLED
    (parked,) = world.queue.items
    assert (parked.consumer, parked.record, parked.cause) == ("one", first, DOWN.cause)
    assert world.states(first) == {"one": State.PARKED, "two": State.DELIVERED}


def test_a_rejected_change_is_dead_lettered_whole() -> None:
    """Poison goes to the failures bucket, the rest of the batch is delivered (I7)."""
    first, second = record(1), record(2)
    world = World(two=FakeConsumer("two", on(first, POISON)))
    assert world.process(first, second) == ALL_SETTLED
    (dead,) = world.bucket.items
    assert (dead.consumer, dead.record, dead.cause) == ("two", first, POISON.cause)
    assert world.states(first) == {"one": State.DELIVERED, "two": State.DEAD_LETTERED}


def test_a_skipped_change_is_settled() -> None:
    """Skipped counts as settled and is recorded as what it is."""
    first = record(1)
    world = World(one=FakeConsumer("one", on(first, Skipped(reason="no text"))))
    assert world.process(first) == ALL_SETTLED
    assert world.states(first)["one"] is State.SKIPPED


def test_what_cannot_be_put_away_holds_the_checkpoint_at_the_lowest() -> None:
    """When parking fails, the batch answer names the lowest change that is nowhere durable (I1, I2)."""
    records = [record(n) for n in range(1, 6)]
    world = World(one=FakeConsumer("one", lambda _: DOWN))
    world.queue.refuses = lambda item: item.record in (records[3], records[1])
    assert world.process(*records) == failed(records[1])
    assert world.states(records[0]) == {"one": State.PARKED, "two": State.DELIVERED}
    assert world.states(records[1]) == {"two": State.DELIVERED}


def test_the_redelivery_after_a_failed_parking_asks_only_the_consumer_that_lacks_it() -> None:
    """A record that comes again is given to just the consumer that does not have it."""
    first = record(1)
    world = World(one=FakeConsumer("one", lambda _: DOWN))
    world.queue.refuses = lambda _: True
    world.process(first)
    world.one.outcome_of = lambda _: DELIVERED
    assert world.process(first) == ALL_SETTLED
    assert len(world.two.given) == 1
    assert world.states(first) == {"one": State.DELIVERED, "two": State.DELIVERED}


def test_a_dead_letter_that_cannot_be_stored_is_not_settled() -> None:
    """The failures bucket refusing means the stream keeps the record."""
    first, second = record(1), record(2)
    world = World(one=FakeConsumer("one", on(second, POISON)))
    world.bucket.refuses = lambda _: True
    assert world.process(first, second) == failed(second)


def test_a_consumer_that_raises_does_not_stop_the_other() -> None:
    """Its changes are parked, the other consumer's are delivered."""
    world = World(one=FakeConsumer("one", lambda _: None, raises=ValueError("bug")))
    assert world.process(record(1)) == ALL_SETTLED
    assert [parked.cause.type for parked in world.queue.items] == ["ValueError"]
    assert len(world.two.given) == 1


def test_bad_records_are_dead_lettered_and_the_rest_goes_on() -> None:
    """A record that does not decode is kept whole, with the reason, and blocks nothing."""
    unknown_type = record(2, new={"x": {"Q": "?"}})
    world = World()
    assert world.process(record(1), unknown_type, "junk", record(3)) == ALL_SETTLED
    assert [(dead.consumer, dead.record) for dead in world.bucket.items] == [
        (DECODER, unknown_type),
        (DECODER, "junk"),
    ]
    assert "unknown type tag 'Q'" in world.bucket.items[0].cause.message
    assert len(world.one.given) == 2
    assert world.report is not None
    assert len(world.report.bad_records) == 2


def test_a_bad_record_that_cannot_be_stored_comes_again() -> None:
    """It is named by its sequence number, or, without one, the whole batch is failed."""
    unknown_type = record(2, new={"x": {"Q": "?"}})
    world = World()
    world.bucket.refuses = lambda _: True
    assert world.process(record(1), unknown_type) == failed(unknown_type)
    assert world.process(record(1), "junk") == {"batchItemFailures": [{"itemIdentifier": ""}]}


def test_a_ledger_that_cannot_be_read_costs_repeats_and_nothing_else() -> None:
    """Delivery goes on as if nothing were known, and the fault is reported (I3)."""
    world = World()
    world.process(record(1))
    world.ledger.readable = False
    assert world.process(record(1)) == ALL_SETTLED
    assert len(world.one.given) == 2
    assert world.report is not None
    assert [fault.type for fault in world.report.ledger_faults] == ["LedgerUnavailableError"]


def test_a_ledger_that_cannot_be_written_unsettles_nothing() -> None:
    """What is delivered stays settled; the fault is reported (I3)."""
    world = World(ledger=FakeLedger(writable=False))
    assert world.process(record(1)) == ALL_SETTLED
    assert world.report is not None
    assert len(world.report.ledger_faults) == 1


def test_an_empty_batch_touches_nothing() -> None:
    """No records: the empty answer, no ledger call."""
    world = World(ledger=FakeLedger(readable=False, writable=False))
    assert world.process() == ALL_SETTLED
    assert world.report is not None
    assert world.report.ledger_faults == ()


def test_changes_of_a_document_are_handed_over_in_stream_order() -> None:
    """A batch's order is the order in which a consumer sees it (I4)."""
    world = World()
    world.process(*(record(n, document="same") for n in range(1, 20)))
    keys = [change.order_key for change in world.one.given]
    assert keys == sorted(keys)


def test_an_undelivered_change_survives_its_json_form() -> None:
    """What is parked can be read back, whole."""
    first = record(1)
    world = World(one=FakeConsumer("one", lambda _: DOWN))
    world.process(first)
    (parked,) = world.queue.items
    assert Undelivered.from_json(parked.as_json()) == parked


def test_a_consumer_whose_breaker_is_open_is_not_asked() -> None:
    """Its changes are parked at once; the others go on (I6)."""
    world = World()
    world.ledger.breakers["one"] = OpenBreaker(opened_at_ms=0, reason="down", probe_at_ms=0)
    assert world.process(record(1)) == ALL_SETTLED
    assert world.one.given == []
    assert len(world.two.given) == 1
    assert [parked.cause for parked in world.queue.items] == [BREAKER_OPEN]


def test_a_sink_that_keeps_failing_opens_its_breaker_for_all_environments() -> None:
    """The board that all share has it, with the reason."""
    world = World(one=FakeConsumer("one", lambda _: DOWN))
    for number in range(3):
        world.process(record(number))
    assert world.ledger.breakers["one"].reason == "3 batches in a row failed; Down: the sink is down"
    given = len(world.one.given)
    world.process(record(9))
    assert len(world.one.given) == given


def test_a_mass_rejection_is_parked_not_dead_lettered() -> None:
    """A wrong mapping does not empty the stream into the failures bucket (I7)."""
    world = World(one=FakeConsumer("one", lambda _: POISON))
    assert world.process(*(record(number) for number in range(10))) == ALL_SETTLED
    assert world.bucket.items == []
    assert len(world.queue.items) == 10


def test_a_consumer_sees_its_projection_and_the_dead_letter_the_whole_record() -> None:
    """What is hidden from the consumer is still there when it must be put away."""
    first = record(1, new={"title": {"S": "t"}, "secret": {"S": "s"}})
    world = World(
        one=FakeConsumer("one", lambda _: DOWN), projections={"one": Projection(exclude=frozenset({"secret"}))}
    )
    world.process(first)
    assert all("secret" not in (change.new_image or {}) for change in world.one.given)
    assert world.two.given[0].new_image == {"id": "a", "title": "t", "secret": "s"}
    assert world.queue.items[0].record == first


def test_a_sink_that_asks_for_a_pause_is_not_asked_earlier_by_the_retry_worker() -> None:
    """What is parked is handed out after the pause that its sink asked for, or after the longest that SQS takes."""
    pauses_s = iter((30.0, 5000.0, None))
    world = World(one=FakeConsumer("one", lambda _: Retry(cause=DOWN.cause, after_s=next(pauses_s))))
    world.process(record(1), record(2), record(3))
    assert world.queue.delays_s == [30, 900, 0]
