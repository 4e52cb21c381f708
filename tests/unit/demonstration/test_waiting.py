"""How long a check is asked."""

from demonstration.verification.check import Check
from demonstration.verification.waiting import ASK_EVERY_S, Waiting

GOOD = Check(title="a check", verified="it holds")
BAD = Check(title="a check", verified="", differences=("it does not",))


class Time:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        """Begin at zero."""
        self.now_s = 0.0

    def now(self) -> float:
        """Return the time."""
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds


def test_a_check_that_holds_is_asked_once() -> None:
    """No time is spent on what is well."""
    time = Time()
    assert Waiting(90, now=time.now, sleep=time.sleep).until_it_holds(lambda: GOOD) is GOOD
    assert time.now_s == 0


def test_a_check_is_asked_until_it_holds() -> None:
    """What is still on its way gets its time."""
    time = Time()
    waiting = Waiting(90, now=time.now, sleep=time.sleep)
    assert waiting.until_it_holds(lambda: GOOD if time.now_s > 30 else BAD) is GOOD
    assert 30 < time.now_s <= 30 + ASK_EVERY_S


def test_a_check_that_never_holds_ends_with_the_time() -> None:
    """And its last answer counts."""
    time = Time()
    assert Waiting(90, now=time.now, sleep=time.sleep).until_it_holds(lambda: BAD) is BAD
    assert 90 <= time.now_s <= 90 + ASK_EVERY_S


def test_after_giving_up_a_check_ends_with_its_next_answer() -> None:
    """An interrupt waits for nobody."""
    time = Time()
    waiting = Waiting(90, now=time.now, sleep=time.sleep)

    def ask() -> Check:
        if time.now_s == 5:
            waiting.give_up()
        return BAD

    waiting.until_it_holds(ask)
    assert time.now_s == 5


def test_once_everything_is_delivered_little_time_is_left() -> None:
    """A sink that lost something does not keep people waiting for the whole time."""
    time = Time()
    waiting = Waiting(90, grace_s=10, now=time.now, sleep=time.sleep)

    def ask() -> Check:
        if time.now_s == 5:
            waiting.everything_delivered()
        return BAD

    waiting.until_it_holds(ask)
    assert 15 <= time.now_s <= 15 + ASK_EVERY_S
