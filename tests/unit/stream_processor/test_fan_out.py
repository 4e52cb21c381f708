"""Each consumer has its own thread, its own patience, and its own troubles."""

from collections.abc import Iterator, Sequence
from threading import Event

from stream_processor.adapters.threads import SystemClock, ThreadExecutor
from stream_processor.change import Change
from stream_processor.consumer import Answer, Consumer
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.fan_out import ATTEMPTS, FanOut, Surroundings
from stream_processor.hearing import NOT_MENTIONED, OUT_OF_PATIENCE, STILL_RUNNING, Tally
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry
from tests.fakes import FakeConsumer, wait_until
from tests.records import event, record

CLOCK = SystemClock()
CHANGES = decode_event(event(record(1), record(2), record(3))).changes
FIRST, SECOND, THIRD = (change.event_id for change in CHANGES)


def fan_out(*consumers: Consumer, patience_s: float = 10.0) -> FanOut:
    patience = dict.fromkeys([consumer.name for consumer in consumers], patience_s)
    real = Surroundings(executor=ThreadExecutor(), clock=CLOCK, chance=lambda: 0.0)
    return FanOut(consumers, patience_s=patience, surroundings=real)


def deliver(subject: FanOut, changes: Sequence[Change] = CHANGES) -> dict[str, Tally]:
    work = dict.fromkeys(subject.consumers, changes)
    return dict(subject.deliver(work, Deadline.after(30, CLOCK)))


class Hanging:
    """Answers for the first change, then hangs until it is let go."""

    name = "hanging"

    def __init__(self) -> None:
        self.let_go = Event()
        self.calls = 0

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        self.calls += 1
        yield Answer(changes[0], DELIVERED)
        assert self.let_go.wait(30)
        for change in changes[1:]:
            yield Answer(change, DELIVERED)


def test_a_consumer_that_raises_keeps_what_it_answered_and_spares_the_others() -> None:
    """What was answered stays; the rest is Retry with the exception as cause; the other consumer has all."""
    broken = FakeConsumer(
        "broken", lambda change: DELIVERED if change.event_id == FIRST else None, raises=OSError("gone")
    )
    tallies = deliver(fan_out(broken, FakeConsumer("well")))
    retry = Retry(cause=Cause(type="OSError", message="gone"))
    assert tallies["broken"].outcomes == {FIRST: DELIVERED, SECOND: retry, THIRD: retry}
    assert set(tallies["well"].outcomes.values()) == {DELIVERED}


def test_a_change_that_is_not_mentioned_was_not_delivered() -> None:
    """Silence is Retry."""
    silent = FakeConsumer("silent", lambda change: DELIVERED if change.event_id == SECOND else None)
    outcomes = deliver(fan_out(silent))["silent"].outcomes
    assert outcomes == {FIRST: Retry(cause=NOT_MENTIONED), SECOND: DELIVERED, THIRD: Retry(cause=NOT_MENTIONED)}


def test_patience_ends_and_what_was_answered_in_time_counts() -> None:
    """A consumer that hangs after its first answer keeps that answer; the others wait no longer than its patience."""
    hanging = Hanging()
    tallies = deliver(fan_out(hanging, FakeConsumer("well"), patience_s=0.05))
    hanging.let_go.set()
    late = Retry(cause=OUT_OF_PATIENCE)
    assert tallies["hanging"].outcomes == {FIRST: DELIVERED, SECOND: late, THIRD: late}
    assert set(tallies["well"].outcomes.values()) == {DELIVERED}


def test_a_consumer_whose_thread_has_not_come_back_is_given_nothing_more_until_it_has() -> None:
    """No second call piles up on a sink that hangs; once it has come back it is asked again (I8)."""
    hanging = Hanging()
    subject = fan_out(hanging, patience_s=0.05)
    deliver(subject)
    blocked = deliver(subject)["hanging"].outcomes
    assert set(blocked.values()) == {Retry(cause=STILL_RUNNING)}
    assert hanging.calls == 1
    hanging.let_go.set()
    wait_until(lambda: DELIVERED in deliver(subject)["hanging"].outcomes.values(), "the consumer is asked again")
    assert hanging.calls == 2


def test_an_answer_after_the_patience_is_not_heard() -> None:
    """A tally never changes once it was given out."""
    hanging = Hanging()
    tally = deliver(fan_out(hanging, patience_s=0.05))["hanging"]
    before = dict(tally.outcomes)
    hanging.let_go.set()
    subject = fan_out(hanging)
    wait_until(lambda: deliver(subject)["hanging"].outcomes[THIRD] == DELIVERED, "the thread has come back")
    assert tally.outcomes == before


def test_the_first_answer_counts() -> None:
    """A consumer that changes its mind is not heard the second time."""

    class Fickle:
        name = "fickle"

        def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
            yield Answer(changes[0], DELIVERED)
            yield Answer(changes[0], Rejected(cause=Cause(type="Late", message="")))

    assert deliver(fan_out(Fickle()), CHANGES[:1])["fickle"].outcomes == {FIRST: DELIVERED}


def test_a_consumer_without_changes_is_not_called() -> None:
    """Nothing to deliver starts no thread and gives an empty tally."""
    idle = FakeConsumer("idle", raises=AssertionError("called"))
    assert deliver(fan_out(idle), ())["idle"].outcomes == {}


def test_a_consumer_is_asked_again_for_just_what_it_did_not_take() -> None:
    """Retry is tried again within the batch; what was delivered is not given twice."""
    refusals = {FIRST: 1, SECOND: 2}

    def outcome(change: Change) -> Outcome:
        refusals[change.event_id] = refusals.get(change.event_id, 0) - 1
        return DELIVERED if refusals[change.event_id] < 0 else Retry(cause=Cause(type="Busy", message=""))

    flaky = FakeConsumer("flaky", outcome)
    assert set(deliver(fan_out(flaky))["flaky"].outcomes.values()) == {DELIVERED}
    assert [change.event_id for change in flaky.given] == [FIRST, SECOND, THIRD, FIRST, SECOND, SECOND]


def test_a_sink_that_keeps_failing_is_asked_a_few_times_and_then_parked() -> None:
    """In the end the last Retry is the outcome."""
    busy = Retry(cause=Cause(type="Busy", message=""))
    down = FakeConsumer("down", lambda _: busy)
    assert set(deliver(fan_out(down))["down"].outcomes.values()) == {busy}
    assert len(down.given) == ATTEMPTS * len(CHANGES)


def test_a_pause_the_patience_cannot_hold_is_not_begun() -> None:
    """A sink that asks to be left alone for longer than the patience is not asked again in this batch."""
    busy = Retry(cause=Cause(type="Busy", message=""), after_s=60)
    down = FakeConsumer("down", lambda _: busy)
    assert set(deliver(fan_out(down))["down"].outcomes.values()) == {busy}
    assert len(down.given) == len(CHANGES)


def test_the_time_that_a_slow_consumer_takes_is_its_own() -> None:
    """A consumer that was through at once is not taken for slow because another one was waited for (I6)."""
    hanging = Hanging()
    tallies = deliver(fan_out(hanging, FakeConsumer("well"), patience_s=0.2))
    hanging.let_go.set()
    assert tallies["hanging"].took_s >= 0.2
    assert tallies["well"].took_s < 0.2
