"""What every delivery ledger does."""

import pytest

from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.delivery_state import LedgerEntry, Standing, State
from tests.conformance.conftest import LedgerAndBoard
from tests.conformance.deadlines import soon


def entry(event_id: str, **states: State) -> LedgerEntry:
    return LedgerEntry(
        event_id=event_id,
        document_id="document",
        standings={name: Standing(state=state, at_ms=1_700_000_000_123) for name, state in states.items()},
    )


def test_what_was_recorded_is_recalled_whole(ledger: LedgerAndBoard) -> None:
    """Each consumer's state and time come back; what was never recorded is not there."""
    written = entry("e1", one=State.DELIVERED, two=State.PARKED)
    ledger.record([written], soon())
    assert ledger.recall(["e1", "e2"], [], soon()).entries == {"e1": written}


def test_recording_again_replaces_the_entry(ledger: LedgerAndBoard) -> None:
    """The last entry counts, whole."""
    ledger.record([entry("e1", one=State.PARKED)], soon())
    ledger.record([entry("e1", two=State.DELIVERED)], soon())
    assert ledger.recall(["e1"], [], soon()).entries == {"e1": entry("e1", two=State.DELIVERED)}


@pytest.mark.parametrize("count", [0, 1, 25, 26, 100, 101, 1000])
def test_any_number_of_entries_is_recorded_and_recalled(ledger: LedgerAndBoard, count: int) -> None:
    """The limits of a call are the ledger's business, not the caller's; an event id asked twice is answered once."""
    entries = {f"e{number}": entry(f"e{number}", one=State.DELIVERED) for number in range(count)}
    ledger.record(list(entries.values()), soon())
    assert ledger.recall([*entries, *entries], ["one"], soon()).entries == entries


def test_an_empty_question_has_an_empty_answer(ledger: LedgerAndBoard) -> None:
    """Nothing asked, nothing known."""
    recollection = ledger.recall([], [], soon())
    assert (recollection.entries, recollection.open_breakers) == ({}, {})


def test_an_open_breaker_is_seen_by_all_and_stays_as_it_was_opened(ledger: LedgerAndBoard) -> None:
    """Opening it a second time does not make the outage look younger."""
    first = OpenBreaker(opened_at_ms=1000, reason="down", probe_at_ms=6000)
    ledger.open_breaker("one", first)
    ledger.open_breaker("one", OpenBreaker(opened_at_ms=2000, reason="still down", probe_at_ms=9000))
    assert ledger.recall(["e1"], ["one", "two"], soon()).open_breakers == {"one": first}


def test_one_probe_is_given_out_when_its_time_has_come(ledger: LedgerAndBoard) -> None:
    """Too early, nobody has the turn; then one; then nobody until the next time."""
    ledger.open_breaker("one", OpenBreaker(opened_at_ms=0, reason="down", probe_at_ms=100))
    assert not ledger.claim_probe("one", now_ms=99, next_probe_at_ms=500)
    assert ledger.claim_probe("one", now_ms=100, next_probe_at_ms=500)
    assert not ledger.claim_probe("one", now_ms=100, next_probe_at_ms=600)
    assert ledger.claim_probe("one", now_ms=500, next_probe_at_ms=900)


def test_a_closed_breaker_is_gone_and_cannot_be_probed(ledger: LedgerAndBoard) -> None:
    """Closing twice does no harm, and a late claim does not bring the breaker back."""
    ledger.open_breaker("one", OpenBreaker(opened_at_ms=0, reason="down", probe_at_ms=0))
    ledger.close_breaker("one")
    ledger.close_breaker("one")
    assert not ledger.claim_probe("one", now_ms=10**15, next_probe_at_ms=10**15)
    assert ledger.recall([], ["one"], soon()).open_breakers == {}
