"""What a consumer answers for a change: a closed union. Whoever reads it must handle all four."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a change was not delivered.

    Attributes:
        type: a short stable name: an error code of the sink or an exception's class. Metrics and alarms group by it.
        message: for people, without secrets and without the document's content.

    """

    type: str
    message: str

    @staticmethod
    def of(error: BaseException) -> "Cause":
        """Return the cause that an exception is."""
        return Cause(type=type(error).__name__, message=str(error)[:500])


@dataclass(frozen=True, slots=True)
class Delivered:
    """The sink has the change, durably. The caller never gives it again while its ledger answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """The change is none of this consumer's business; counted, and otherwise treated as delivered."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The failure lies in the sink or in our configuration: the caller parks the change and gives it again later.

    Attributes:
        after_s: how long the sink asked to be left alone, seconds; None where it did not say.

    """

    cause: Cause
    after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """The failure lies in the change: this sink will never take it. The caller dead-letters it, whole."""

    cause: Cause


type Outcome = Delivered | Skipped | Retry | Rejected

DELIVERED = Delivered()
