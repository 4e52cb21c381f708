"""What is wrong with a trail, named."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

MOST_KEPT = 1_000
"""Findings beyond are only counted: a trail of millions of events can be wrong in millions of places."""


class Kind(StrEnum):
    """What kind of thing is wrong."""

    GAP = "gap"
    """Between two events of a document at least one is missing."""
    FORK = "fork"
    """Two events begin at the same state of a document."""
    ALTERED = "altered"
    """An event is not what was written: it contradicts itself, another writing of it, or the seal."""
    DROPPED = "dropped"
    """The seal knows an event that the log does not have."""
    ADDED = "added"
    """The log has a line in a sealed period that the seal does not know."""
    REPEATED = "repeated"
    """The log has a line in a sealed period more often than the seal knows."""
    FOREIGN = "foreign"
    """A line of the log is no audit event."""
    TABLE = "table"
    """The end of a document's chain is not what the table holds."""
    SEAL = "seal"
    """A seal is forged, missing, or does not follow the one before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        document_id: None where it is not about one document.
        event_id: None where it is not about one event.
        text: in words.

    """

    kind: Kind
    text: str
    document_id: str | None = None
    event_id: str | None = None


@dataclass(slots=True)
class Findings:
    """Collects them: the first ones whole, all of them counted."""

    kept: list[Finding] = field(default_factory=list)
    counts: Counter[Kind] = field(default_factory=Counter)

    def add(self, kind: Kind, text: str, *, document_id: str | None = None, event_id: str | None = None) -> None:
        """Add one."""
        self.counts[kind] += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Finding(kind=kind, text=text, document_id=document_id, event_id=event_id))
