"""Each document's events form a chain: every event begins at the state where the one before it ended."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from consumers.audit_log.trail.findings import Findings, Kind
from consumers.audit_log.trail.trail_index import ChainRow, TrailIndex

ENDS_A_WRITE = 1_000


class Chains:
    """Follows the chains of a trail.

    Attributes:
        documents: how many there are.
        events: distinct ones.
        repeats: lines that say again what a line said before: deliveries that came twice, and do no harm.
        begun_before: documents whose first event is not their creation: they are older than the trail, or its part
            that was read.

    """

    def __init__(self, findings: Findings) -> None:
        """Add what is wrong to `findings`."""
        self._findings = findings
        self.documents = 0
        self.events = 0
        self.repeats = 0
        self.begun_before = 0

    def follow(self, index: TrailIndex) -> None:
        """Follow every document's chain, and note in the index where it ends."""
        for event_id in index.contradicting_event_ids():
            self._findings.add(
                Kind.ALTERED, f"event {event_id} stands in the log with different contents", event_id=event_id
            )
        ends: list[tuple[str, bytes | None]] = []
        for document_id, rows in groupby(index.chains(), key=attrgetter("document_id")):
            ends.append((document_id, self._follow(document_id, rows)))
            if len(ends) >= ENDS_A_WRITE:
                index.end_chains(ends)
                ends = []
        index.end_chains(ends)

    def _follow(self, document_id: str, rows: Iterator[ChainRow]) -> bytes | None:
        """Return the state where the chain ends."""
        self.documents += 1
        before: ChainRow | None = None
        for row in rows:
            if before is not None and row == before:
                self.repeats += 1
                continue
            self.events += 1
            if before is None:
                self.begun_before += row.old is not None
            elif row.old != before.new:
                self._broken(document_id, before, row)
            before = row
        return None if before is None else before.new

    def _broken(self, document_id: str, before: ChainRow, row: ChainRow) -> None:
        if row.old == before.old:
            kind, what = Kind.FORK, "begins at the same state as the event before it"
        else:
            kind, what = Kind.GAP, "does not begin where the event before it ends: at least one change is missing"
        if row.order_key.partition("/")[0] != before.order_key.partition("/")[0]:
            what += " (the table was given a new stream between the two)"
        text = f"{document_id}: event {row.event_id} at {row.order_key} {what} ({before.event_id})"
        self._findings.add(kind, text, document_id=document_id, event_id=row.event_id)
