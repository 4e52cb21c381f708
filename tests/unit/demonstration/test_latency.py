"""Figures per consumer."""

from typing import Any

from demonstration.latency import figures, percentile
from demonstration.ledger_reader import Ledger
from tests.unit.demonstration.happenings import happened, removed


def item(event_id: str, **standings: tuple[str, int]) -> dict[str, Any]:
    """Return an item of the ledger's table."""
    return {
        "event_id": {"S": event_id},
        "standings": {
            "M": {name: {"M": {"s": {"S": state}, "at": {"N": str(at)}}} for name, (state, at) in standings.items()}
        },
    }


def test_percentiles_are_values_that_were_measured() -> None:
    """Nearest rank: no value is made up between two."""
    values = list(range(1, 101))
    assert (percentile(values, 50), percentile(values, 95)) == (50, 95)
    assert (percentile([7], 50), percentile([7], 95)) == (7, 7)
    assert percentile([], 95) is None


def test_what_the_ledger_does_not_know_is_pending() -> None:
    """Delivered, parked, dead and pending changes add up to the changes."""
    ledger = Ledger(["one", "two"])
    changes = [happened(number, written_at_ms=1000) for number in range(4)]
    ledger.fold(item(changes[0].event_id, one=("delivered", 1200), two=("parked", 1300)))
    ledger.fold(item(changes[1].event_id, one=("delivered", 1400), two=("dead_lettered", 1300)))
    ledger.fold(item(changes[2].event_id, one=("skipped", 1100)))
    one, two = figures(changes, ledger)
    assert (one.delivered, one.skipped, one.pending, one.p50_ms, one.p95_ms) == (2, 1, 1, 200, 400)
    assert (two.delivered, two.parked, two.dead_lettered, two.pending, two.p95_ms) == (0, 1, 1, 2, None)
    assert one.fast_enough
    assert not two.fast_enough
    assert (one.retried, two.retried) == (0, 1)


def test_a_deletion_counts_but_carries_no_time() -> None:
    """Only changes with a writer's stamp are timed."""
    ledger = Ledger(["one"])
    change = removed(1)
    ledger.fold(item(change.event_id, one=("delivered", 5000)))
    (one,) = figures([change], ledger)
    assert (one.delivered, one.p50_ms) == (1, None)


def test_a_retry_workers_item_is_the_later_truth() -> None:
    """Whichever of the two items is read last."""
    parked, retried = item("e", one=("parked", 1000)), item("e#one", one=("delivered", 9000))
    for items in ([parked, retried], [retried, parked]):
        ledger = Ledger(["one"])
        for it in items:
            ledger.fold(it)
        standing = ledger.standing("e", "one")
        assert standing
        assert (standing.state.value, standing.at_ms) == ("delivered", 9000)
        assert ledger.was_parked("e", "one")


def test_only_what_may_tell_something_new_is_asked_again() -> None:
    """A change that arrived everywhere is done with; a parked one is asked for at its retry worker."""
    ledger = Ledger(["one", "two"])
    ledger.fold(item("done", one=("delivered", 1), two=("skipped", 1)))
    ledger.fold(item("half", one=("delivered", 1), two=("parked", 1)))
    assert ledger.keys_to_ask(["done", "half", "new"]) == ["half#two", "new"]
