"""`fanout audit verify`: the whole trail, folded, followed, held against the seals and the table."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from consumers.audit_log.trail.chains import Chains
from consumers.audit_log.trail.findings import Finding, Findings, Kind
from consumers.audit_log.trail.lines import Line, NoAuditEventError, TrailEvent, read_event
from consumers.audit_log.trail.sealed_periods import Proven, SealReader, Verifier, Window, check_seals
from consumers.audit_log.trail.trail_index import Difference, TrailIndex, Unread

SECOND_LOOKS = 8
SECOND_LOOK_AFTER_S = 1.0
"""While people write, the table is ahead of the log: what differs is looked at again."""
BEFORE_BEGIN_MS = 5 * 60 * 1000
"""From how long before the verification the second look reads the log."""


class Trail(Protocol):
    """The log; see `consumers.audit_log.trail.cloudwatch.CloudWatchTrail`."""

    group: str

    def lines(self, *, since_ms: int | None = None, text: str | None = None) -> Iterator[Line]:
        """Yield the lines ingested from `since_ms` on, those with `text` in them."""
        ...


class Table(Protocol):
    """The table; see `consumers.audit_log.trail.table_hashes.TableHashes`."""

    def pages(self) -> Iterator[Mapping[str, str]]:
        """Yield document id -> hash, of all documents, page by page."""
        ...


class Images(Protocol):
    """Where large images lie; see `consumers.audit_log.image_store.ImageStore`."""

    def get(self, key: str) -> str:
        """Return what lies there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SealCheck:
    """What it takes to check seals.

    Attributes:
        kept_since_ms: from when on the log keeps what it took.

    """

    reader: SealReader
    verifier: Verifier
    kept_since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification says.

    Attributes:
        lines: of the log that were read.
        events: distinct ones; repeats: lines that say one of them again, harmlessly.
        begun_before: documents whose first event in the part that was read is not their creation.
        counts: findings of each kind.
        proven: times, by ingestion, in which seals prove the log.
        unsealed: lines that no seal covers; None where seals were not looked at.
        first_ms, last_ms: ingestion of the first and the last line; None without any.

    """

    lines: int
    events: int
    repeats: int
    documents: int
    begun_before: int
    findings: Sequence[Finding]
    counts: Mapping[Kind, int]
    proven: Sequence[Proven]
    unsealed: int | None
    first_ms: int | None
    last_ms: int | None

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Reads a trail once, in bounded memory; see `TrailIndex`.

    Attributes:
        table: to compare with; None: it is not looked at.
        images: to read images that do not stand in their events; None: they are not looked at.
        seals: None: they are not looked at.

    """

    trail: Trail
    table: Table | None = None
    images: Images | None = None
    seals: SealCheck | None = None
    pause: Callable[[float], None] = field(default=time.sleep)

    def run(self, *, now_ms: int, document: str | None = None, since_ms: int | None = None) -> Verified:
        """Verify everything, or one document, or what was ingested since a time.

        Seals are about all documents: with one document they are not looked at. Documents of the table that the part
        of the trail does not know are older than it.
        """
        findings = Findings()
        chains = Chains(findings)
        first_ms = last_ms = None
        with TrailIndex() as index:
            for line in self.trail.lines(since_ms=since_ms, text=document):
                if document is not None and not _is_about(line, document):
                    continue
                self._judge(index.take(line), findings)
                first_ms = min(line.ingested_at_ms, first_ms if first_ms is not None else line.ingested_at_ms)
                last_ms = max(line.ingested_at_ms, last_ms or 0)
            index.sort()
            chains.follow(index)
            proven: Sequence[Proven] = ()
            unsealed = None
            if self.seals is not None and document is None:
                from_ms = max(since_ms or 0, self.seals.kept_since_ms)
                window = Window(from_ms=from_ms, log_group=self.trail.group)
                proven = check_seals(self.seals.reader, self.seals.verifier, index, window, findings)
                unsealed = index.count() - sum(index.count(it.from_ms, it.to_ms) for it in proven)
            if self.table is not None:
                whole = document is None and since_ms is None
                self._compare(self.table, index, findings, now_ms=now_ms, whole=whole)
            return Verified(
                lines=index.count(),
                events=chains.events,
                repeats=chains.repeats,
                documents=chains.documents,
                begun_before=chains.begun_before,
                findings=tuple(findings.kept),
                counts=findings.counts,
                proven=tuple(proven),
                unsealed=unsealed,
                first_ms=first_ms,
                last_ms=last_ms,
            )

    def _judge(self, held: TrailEvent | Unread, findings: Findings) -> None:
        """Look at what one line says by itself."""
        if isinstance(held, Unread):
            text = f"a line ingested at {held.line.ingested_at_ms} is no audit event: {held.reason}"
            findings.add(Kind.FOREIGN, text)
            return
        differs = held.image_differs
        if held.image_key is not None and self.images is not None:
            text = self.images.get(held.image_key)
            differs = sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != held.new_hash
        if differs:
            findings.add(
                Kind.ALTERED,
                f"{held.document_id}: the image of event {held.event_id} is not the one that its hash is of",
                document_id=held.document_id,
                event_id=held.event_id,
            )

    def _compare(self, table: Table, index: TrailIndex, findings: Findings, *, now_ms: int, whole: bool) -> None:
        for page in table.pages():
            index.hold_table(page)
        differing = {it.document_id: it for it in index.differences(unknown_too=whole)}
        for _ in range(SECOND_LOOKS):
            self._forgive_what_is_under_way(differing, now_ms)
            if not differing:
                return
            self.pause(SECOND_LOOK_AFTER_S)
        for it in differing.values():
            findings.add(Kind.TABLE, _says(it), document_id=it.document_id)

    def _forgive_what_is_under_way(self, differing: dict[str, Difference], now_ms: int) -> None:
        """Take out the documents whose state in the table was logged since the verification began."""
        for line in self.trail.lines(since_ms=now_ms - BEFORE_BEGIN_MS) if differing else ():
            try:
                event = read_event(line.message)
            except NoAuditEventError:
                continue
            difference = differing.get(event.document_id)
            new = None if event.new_hash is None else bytes.fromhex(event.new_hash)
            if difference is not None and new == difference.table and line.ingested_at_ms >= now_ms:
                del differing[event.document_id]


def _is_about(line: Line, document: str) -> bool:
    try:
        return read_event(line.message).document_id == document
    except NoAuditEventError:
        return False


def _says(difference: Difference) -> str:
    if difference.table is None:
        return f"{difference.document_id}: the trail ends with it there, and the table does not have it"
    if difference.trail is None:
        return f"{difference.document_id}: the table has it, and the trail does not, or ends with its deletion"
    return f"{difference.document_id}: the table holds another state than the trail ends with"
