"""Fill an index from the table while changes flow.

The table is scanned in segments, page by page; each item is created at the lowest order key, where the index has no
entry of it: so it loses against every live change and every tombstone. How far a segment is stands in the notes; a
backfill that was interrupted goes on from there.

It must not begin before the stream is read: a change after the scan, read by nobody, would be missing for ever
(`consumers.search_index.reading`).
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from threading import Lock

from consumers.search_index.entry import LOWEST_ORDER_KEY, document_entry
from consumers.search_index.notes import Notes
from consumers.search_index.sending import BulkSender, json_line
from stream_processor.adapters.documents_table import DocumentsTable, Page
from stream_processor.errors import FanoutError
from stream_processor.outcome import DELIVERED, Outcome, Rejected, Retry
from stream_processor.projection import Projection
from stream_processor.typed_json import TypedItem

PAGE_ITEMS = 500
MAX_BYTES = 5 * 1024 * 1024
ATTEMPTS = 8
FIRST_PAUSE_S = 0.2
CALL_S = 30.0
NOTE_EVERY_S = 2.0
PRESENT = "version_conflict_engine_exception"
REJECTIONS_TOLD = 20


class BackfillError(FanoutError):
    """The index does not take the documents. The backfill can be begun again; it goes on where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentProgress:
    """How far one segment is.

    Attributes:
        segments: of how many; a backfill goes on with the number that it began with.
        next_key: where the next page begins; None at the beginning, and when done.
        scanned: items read.
        created: entries made; the other items had one, or were rejected.
        rejected: document ids that the mapping refuses, the first few.

    """

    segment: int
    segments: int
    next_key: TypedItem | None = None
    done: bool = False
    scanned: int = 0
    created: int = 0
    rejected: tuple[str, ...] = ()


class RateLimit:
    """At most so many read units a second, over all segments of this process."""

    def __init__(self, units_a_s: float | None) -> None:
        """Take the rate; None: no limit."""
        self._units_a_s = units_a_s
        self._free_at_s = 0.0
        self._lock = Lock()

    def spend(self, units: float) -> float:
        """Note what a page cost; return the seconds to wait before the next."""
        if self._units_a_s is None:
            return 0.0
        with self._lock:
            now_s = time.monotonic()
            self._free_at_s = max(self._free_at_s, now_s) + units / self._units_a_s
            return self._free_at_s - now_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """The backfill of one index.

    Attributes:
        target: the alias to write to: the live one or the candidate's.
        index: the index it stands for; the progress is noted under its name.
        pause: lets seconds pass.

    """

    table: DocumentsTable
    projection: Projection
    sender: BulkSender
    notes: Notes
    target: str
    index: str
    rate: RateLimit
    pause: Callable[[float], None] = time.sleep

    def segment(self, segment: int, segments: int) -> Generator[SegmentProgress]:
        """Work on a segment, from where it was left; yield its progress after each page.

        How far it is is noted every two seconds, and when the work ends or is left: a page that is done twice does no
        harm.

        Raises:
            BackfillError: the index does not take the documents.
            ClientError, BotoCoreError: the table cannot be read.

        """
        progress = noted = self.progress(segment, segments)
        noted_at_s = time.monotonic()
        try:
            while not progress.done:
                page = self.table.page(segment, progress.segments, progress.next_key, limit=PAGE_ITEMS)
                progress = self._write(page, progress)
                if time.monotonic() - noted_at_s >= NOTE_EVERY_S:
                    self.notes.keep_progress(self.index, segment, asdict(progress))
                    noted, noted_at_s = progress, time.monotonic()
                yield progress
                self.pause(self.rate.spend(page.read_units))
        finally:
            if progress is not noted:
                self.notes.keep_progress(self.index, segment, asdict(progress))

    def progress(self, segment: int, segments: int) -> SegmentProgress:
        """Return how far a segment is."""
        noted = self.notes.progress(self.index, segment)
        if noted is None:
            return SegmentProgress(segment=segment, segments=segments)
        progress = SegmentProgress(**{**noted, "rejected": tuple(noted["rejected"])})
        if progress.segments != segments:
            raise BackfillError(
                f"the backfill of {self.index} began with {progress.segments} segments: go on with that many, "
                "or begin anew with --restart"
            )
        return progress

    def _write(self, page: Page, before: SegmentProgress) -> SegmentProgress:
        lines: dict[str, bytes] = {}
        rejected = list(before.rejected)
        for document_id, image in page.items.items():
            keys = {name: image[name] for name in self.table.key_names}
            entry = document_entry(self.projection.seen(image, keys), LOWEST_ORDER_KEY)
            try:
                lines[document_id] = json_line({"create": {"_id": document_id}}) + json_line(entry)
            except UnicodeEncodeError:
                rejected.append(document_id)
        outcomes = self._send(lines)
        rejected += [document_id for document_id, outcome in outcomes.items() if isinstance(outcome, Rejected)]
        return replace(
            before,
            next_key=page.next_key,
            done=page.next_key is None,
            scanned=before.scanned + len(page.items),
            created=before.created + sum(outcome == DELIVERED for outcome in outcomes.values()),
            rejected=tuple(rejected[:REJECTIONS_TOLD]),
        )

    def _send(self, lines: dict[str, bytes]) -> dict[str, Outcome]:
        outcomes: dict[str, Outcome] = {}
        waiting = list(lines)
        pause_s = FIRST_PAUSE_S
        for attempt in range(ATTEMPTS):
            for part in _parts(waiting, lines):
                answers = self.sender.send(self.target, [lines[i] for i in part], CALL_S)
                outcomes |= dict(zip(part, answers, strict=True))
            waiting = [i for i in waiting if _again(outcomes[i])]
            if not waiting:
                return outcomes
            if attempt + 1 < ATTEMPTS:
                self.pause(pause_s)
                pause_s *= 2
        cause = next(outcome.cause for i in waiting if isinstance(outcome := outcomes[i], Retry))
        raise BackfillError(
            f"{self.target} does not take the documents ({cause.type}: {cause.message}). "
            "Mend that and give the command again: it goes on where it was"
        )


def _again(outcome: Outcome) -> bool:
    return isinstance(outcome, Retry) and outcome.cause.type != PRESENT


def _parts(document_ids: Sequence[str], lines: dict[str, bytes]) -> Iterator[list[str]]:
    part: list[str] = []
    size_bytes = 0
    for document_id in document_ids:
        if part and size_bytes + len(lines[document_id]) > MAX_BYTES:
            yield part
            part, size_bytes = [], 0
        part.append(document_id)
        size_bytes += len(lines[document_id])
    if part:
        yield part
