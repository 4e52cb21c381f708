"""What became of a change for all who listen to its document."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from consumers.websocket_notifier.posts import Receipt, Reception
from stream_processor.change import Change
from stream_processor.outcome import DELIVERED, Outcome, Retry

HEARD = {Reception.POSTED, Reception.LAGGING}
"""Once somebody was told, or could not keep up, the change is not posted again: nobody gets it twice for another."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts one change's receipts.

    Attributes:
        expected: how many clients the change is posted to.

    """

    change: Change
    expected: int
    receipts: list[Receipt] = field(default_factory=list)

    def take(self, receipt: Receipt) -> bool:
        """Count a receipt; return whether it was the last."""
        self.receipts.append(receipt)
        return len(self.receipts) == self.expected

    def outcome(self) -> Outcome | None:
        """Return what the receipts come to; None: nothing was tried, so nothing can be said."""
        return outcome_of(self.receipts)


def outcome_of(receipts: Sequence[Receipt]) -> Outcome | None:
    """Judge a change by its receipts.

    | receipts                                                         | outcome             |
    |------------------------------------------------------------------|---------------------|
    | a client was told, or does not keep up                           | Delivered           |
    | else: one was not reached, the failure being the service's       | Retry               |
    | else: one was not tried, the deadline having passed              | None (so: no answer) |
    | else: all clients are gone                                       | Delivered           |
    """
    receptions = {receipt.reception for receipt in receipts}
    if receptions & HEARD:
        return DELIVERED
    for receipt in receipts:
        if receipt.cause is not None:
            return Retry(cause=receipt.cause)
    return None if Reception.TOO_LATE in receptions else DELIVERED
