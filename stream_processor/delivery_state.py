"""Where a change stands at a consumer, and the ledger's entry of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from stream_processor.value_class import value_class


class State(StrEnum):
    """The durable end of a change's part at one consumer (I1). A change that has none is not settled."""

    DELIVERED = "delivered"
    SKIPPED = "skipped"
    PARKED = "parked"
    DEAD_LETTERED = "dead_lettered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A state and when it was reached.

    Attributes:
        at_ms: milliseconds since 1970, on the clock of the function that reached it.

    """

    state: State
    at_ms: int


@value_class
class LedgerEntry:
    """What the delivery ledger holds of one record: a standing per consumer.

    Attributes:
        standings: consumer name -> standing; a consumer that is not in it has no part of the change yet.

    """

    event_id: str
    document_id: str
    standings: Mapping[str, Standing]

    def lasting(self) -> bool:
        """Return whether a person or a retry worker may still need the entry after the stream forgot the record."""
        return any(s.state in (State.PARKED, State.DEAD_LETTERED) for s in self.standings.values())
