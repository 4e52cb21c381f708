"""When a sink is no longer asked."""

import pytest

from stream_processor.circuit_breaker import BreakerPolicy, Judge
from stream_processor.hearing import OUT_OF_PATIENCE, STILL_RUNNING, Tally
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry

DOWN: Outcome = Retry(cause=Cause(type="Down", message="refused"))
POISON: Outcome = Rejected(cause=Cause(type="Poison", message=""))


def tally(*outcomes: Outcome, took_s: float = 0.1) -> Tally:
    by_event = {str(number): outcome for number, outcome in enumerate(outcomes)}
    return Tally(outcomes=by_event, answered_at_ms=dict.fromkeys(by_event, 0), took_s=took_s)


def reasons(*tallies: Tally) -> list[str | None]:
    judge = Judge(policy=BreakerPolicy(failures=3))
    return [judge.reason_to_open("one", each, patience_s=8) for each in tallies]


def test_a_batch_that_used_up_the_patience_opens_at_once() -> None:
    """A second one would hold up the shard again (I6)."""
    assert reasons(tally(DELIVERED, DOWN, took_s=8)) == ["no answer within 8 s"]


def test_an_unanswered_change_opens_at_once_though_the_invocation_cut_the_patience_short() -> None:
    """Out of patience is out of patience, however long the patience was in this batch."""
    assert reasons(tally(DELIVERED, Retry(cause=OUT_OF_PATIENCE), took_s=2)) == ["no answer within 8 s"]


def test_a_consumer_that_has_not_come_back_opens_at_once() -> None:
    """A thread that hangs is an outage."""
    assert reasons(tally(Retry(cause=STILL_RUNNING))) == ["no answer within 8 s"]


def test_fast_failures_open_when_enough_come_in_a_row() -> None:
    """The third bad batch in a row opens, and says why."""
    assert reasons(*[tally(DOWN)] * 3) == [None, None, "3 batches in a row failed; Down: refused"]


def test_a_good_batch_between_bad_ones_starts_the_count_anew() -> None:
    """Only failures in a row count."""
    assert reasons(tally(DOWN), tally(DOWN), tally(DELIVERED), tally(DOWN), tally(DOWN)) == [None] * 5


def test_slow_batches_count_as_failures_though_they_were_delivered() -> None:
    """A sink near its end of patience is about to hold up the shard."""
    assert reasons(*[tally(DELIVERED, took_s=6)] * 3)[-1] == "3 batches in a row failed; slow: 6.0 s a batch"


@pytest.mark.parametrize("fine", [tally(DELIVERED, DELIVERED, DOWN), tally(POISON, POISON), tally()])
def test_few_failures_poison_and_empty_batches_say_nothing_against_the_sink(fine: Tally) -> None:
    """A breaker never opens for faults that lie in the changes."""
    assert reasons(*[fine] * 10) == [None] * 10


def test_consumers_are_judged_apart() -> None:
    """One consumer's failures never open another's breaker."""
    judge = Judge(policy=BreakerPolicy(failures=2))
    assert judge.reason_to_open("one", tally(DOWN), 8) is None
    assert judge.reason_to_open("two", tally(DOWN), 8) is None
    assert judge.reason_to_open("one", tally(DOWN), 8) is not None
