"""The live log of `fanout dev`."""

from demonstration.activity import PATIENCE_S, Activity, describe
from demonstration.history import History
from demonstration.ledger_reader import Ledger
from tests.unit.demonstration.happenings import happened, removed
from tests.unit.demonstration.test_latency import item


def test_a_change_is_told_once_when_it_has_arrived_everywhere() -> None:
    """With each consumer's time."""
    history, ledger = History(), Ledger(["one", "two"])
    change = happened(1, "a", written_at_ms=1000)
    history.add([change])
    activity = Activity(history, ledger)
    ledger.fold(item(change.event_id, one=("delivered", 1100)))
    assert not list(activity.news())
    ledger.fold(item(change.event_id, one=("delivered", 1100), two=("skipped", 1250)))
    (line,) = activity.news()
    assert line.endswith("MODIFY a: one 100 ms, two 250 ms")
    assert not list(activity.news())


def test_a_change_that_takes_long_is_told_as_it_stands_and_again_when_it_has_arrived() -> None:
    """Nobody has to wait to learn that a consumer is behind."""
    history, ledger = History(), Ledger(["one"])
    change = happened(1, "a", written_at_ms=1000)
    history.add([change])
    now_s = [0.0]
    activity = Activity(history, ledger, now=lambda: now_s[0])
    assert not list(activity.news())
    now_s[0] = PATIENCE_S + 1
    (line,) = activity.news()
    assert line.endswith("one pending")
    assert not list(activity.news())
    ledger.fold(item(f"{change.event_id}#one", one=("delivered", 9000)))
    (line,) = activity.news()
    assert line.endswith("one 8000 ms")


def test_a_deletion_is_told_by_its_states() -> None:
    """It carries no time."""
    ledger = Ledger(["one"])
    change = removed(1)
    ledger.fold(item(change.event_id, one=("delivered", 5000)))
    assert describe(change, ledger).endswith("REMOVE a: one delivered")
