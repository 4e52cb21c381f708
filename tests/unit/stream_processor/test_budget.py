"""How the time of an invocation is shared out (I8)."""

from stream_processor.budget import Budget
from stream_processor.deadline import Deadline
from tests.fakes import FakeClock

RESERVE_S = 4.0


def budget(left_s: float) -> Budget:
    return Budget.of(Deadline.after(left_s, FakeClock()), RESERVE_S)


def test_the_reserve_is_kept_back_and_the_answer_has_the_last_of_it() -> None:
    """Delivery leaves the reserve; putting away leaves time to record, and recording leaves time to answer."""
    left_s = budget(30.0)
    assert left_s.delivery.remaining_s() == 26.0
    assert 26.0 < left_s.putting_away.remaining_s() < left_s.recording.remaining_s() < 30.0


def test_recalling_leaves_the_consumers_their_time() -> None:
    """A ledger that hangs may use as much as the reserve, not all that comes before it."""
    assert budget(30.0).recall.remaining_s() == RESERVE_S
    assert budget(6.0).recall.remaining_s() == 2.0
