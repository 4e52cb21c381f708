"""One cause that rejects a large part of a batch is taken for the sink's (I7)."""

from stream_processor.mass_rejection import LEAST, MASS_REJECTION, without_mass_rejection
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry


def rejected(cause: str, message: str = "") -> Outcome:
    return Rejected(cause=Cause(type=cause, message=message))


def outcomes(*given: Outcome) -> dict[str, Outcome]:
    return {str(number): outcome for number, outcome in enumerate(given)}


def test_half_a_batch_rejected_for_one_cause_is_parked() -> None:
    """Whatever their messages, rejections of one type are one cause; the cause is kept in the message."""
    batch = outcomes(*[rejected("BadMapping", f"field {n}") for n in range(LEAST)], *[DELIVERED] * LEAST)
    after = without_mass_rejection(batch)
    assert after["0"] == Retry(cause=Cause(type=MASS_REJECTION, message="BadMapping: field 0"))
    assert list(after.values())[LEAST:] == [DELIVERED] * LEAST


def test_less_than_half_stays_rejected() -> None:
    """Some poison in a batch is poison."""
    batch = outcomes(*[rejected("BadMapping")] * LEAST, *[DELIVERED] * (LEAST + 1))
    assert without_mass_rejection(batch) == batch


def test_a_small_batch_of_poison_stays_rejected() -> None:
    """A coincidence of few is no mass."""
    batch = outcomes(*[rejected("BadMapping")] * (LEAST - 1))
    assert without_mass_rejection(batch) == batch


def test_different_causes_are_no_mass() -> None:
    """Many kinds of rejections are many faults of changes; only the one that is common is parked."""
    batch = outcomes(*[rejected(f"Cause{n}") for n in range(LEAST)], *[rejected("Common")] * LEAST)
    after = list(without_mass_rejection(batch).values())
    assert after[:LEAST] == list(batch.values())[:LEAST]
    assert all(isinstance(outcome, Retry) for outcome in after[LEAST:])
