"""Calls run at once, and none is left behind."""

from threading import Barrier, Event

import pytest

from consumers.websocket_notifier.side_by_side import SideBySide


def test_calls_run_at_once_and_all_are_told() -> None:
    """As many calls as allowed meet each other; every result comes."""
    barrier = Barrier(4)

    def call(number: int) -> int:
        barrier.wait(10)
        return number

    assert set(SideBySide("test", 4).run(call, range(8))) == set(range(8))


def test_whoever_stops_listening_waits_for_calls_under_way() -> None:
    """When the caller stops, what runs is waited for and what waits never begins."""
    begun: list[int] = []
    ended: list[int] = []
    go_on = Event()

    def call(number: int) -> int:
        begun.append(number)
        if number:
            go_on.wait(10)
        ended.append(number)
        return number

    results = SideBySide("test", 2).run(call, range(50))
    assert next(results) == 0
    go_on.set()
    results.close()  # type: ignore[attr-defined]
    assert sorted(begun) == sorted(ended)


def test_an_error_is_raised_where_the_results_are_read() -> None:
    """A call that raises does not pass unseen."""

    def call(number: int) -> int:
        return 1 // number

    with pytest.raises(ZeroDivisionError):
        list(SideBySide("test", 2).run(call, [1, 0]))
