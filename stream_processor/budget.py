"""How the time of an invocation is shared out, so that the answer always leaves in time (I8)."""

from dataclasses import dataclass

from stream_processor.deadline import Deadline

PUT_AWAY_SHARE = 0.75
RECORD_SHARE = 0.9
"""The parts of the reserve after which putting away, then recording, must have ended. The rest is for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """When each step of an invocation must have ended.

    Attributes:
        recall: the ledger is advice: one that hangs must leave the consumers their time.
        delivery: from then on all time belongs to the reserve.
        putting_away: queues or a bucket that hang must not take the answer with them,
        recording: nor must the ledger.

    """

    recall: Deadline
    delivery: Deadline
    putting_away: Deadline
    recording: Deadline

    @staticmethod
    def of(deadline: Deadline, reserve_s: float) -> "Budget":
        """Share out what is left until `deadline`; `reserve_s` is kept back for what comes after the delivery."""
        delivery = deadline.less(reserve_s)
        return Budget(
            recall=delivery.at_most(reserve_s),
            delivery=delivery,
            putting_away=deadline.less(reserve_s * (1 - PUT_AWAY_SHARE)),
            recording=deadline.less(reserve_s * (1 - RECORD_SHARE)),
        )
