"""Receipts of all clients come to one outcome."""

import pytest

from consumers.websocket_notifier.posts import Receipt, Reception
from consumers.websocket_notifier.tally import outcome_of
from stream_processor.outcome import DELIVERED, Cause, Outcome, Retry

CAUSE = Cause(type="ServiceUnavailable", message="")
POSTED, GONE, LAGGING, TOO_LATE = (
    Receipt(reception=reception)
    for reception in (Reception.POSTED, Reception.GONE, Reception.LAGGING, Reception.TOO_LATE)
)
UNREACHED = Receipt(reception=Reception.UNREACHED, cause=CAUSE)


@pytest.mark.parametrize(
    ("receipts", "outcome"),
    [
        ([POSTED], DELIVERED),
        ([POSTED, UNREACHED], DELIVERED),
        ([POSTED, TOO_LATE, GONE], DELIVERED),
        ([LAGGING], DELIVERED),
        ([GONE, GONE], DELIVERED),
        ([UNREACHED], Retry(cause=CAUSE)),
        ([GONE, UNREACHED, TOO_LATE], Retry(cause=CAUSE)),
        ([GONE, TOO_LATE], None),
        ([TOO_LATE], None),
    ],
)
def test_a_change_comes_again_only_if_nobody_was_told(receipts: list[Receipt], outcome: Outcome | None) -> None:
    """One client that was told settles a change; nobody gets it again for another's sake."""
    assert outcome_of(receipts) == outcome
