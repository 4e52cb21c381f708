"""A trail, sorted: in a temporary database on disk, so that memory does not grow with the trail."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Self

from consumers.audit_log.trail.lines import Line, NoAuditEventError, TrailEvent, read_event
from consumers.audit_log.trail.seal import leaf_of

ROWS_A_WRITE = 2_000
NO_EVENT = "-"
"""Stands for the event id of a line that is no audit event."""

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE line (
    document_id TEXT, order_key TEXT, event_id TEXT NOT NULL, old BLOB, new BLOB, ingested_at_ms INTEGER, leaf BLOB
);
CREATE TABLE ending (document_id TEXT PRIMARY KEY, new BLOB);
CREATE TABLE in_table (document_id TEXT PRIMARY KEY, hash BLOB);
"""


class ChainRow(NamedTuple):
    """One line of a document, as far as its chain needs it."""

    document_id: str
    order_key: str
    event_id: str
    old: bytes | None
    new: bytes | None


class Leaf(NamedTuple):
    """A line as the seals know it; in this order the leaves of a period stand in the tree."""

    event_id: str
    leaf: bytes


class Difference(NamedTuple):
    """A document whose chain ends elsewhere than the table; None: no document."""

    document_id: str
    trail: bytes | None
    table: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A line that is no audit event, and why."""

    line: Line
    reason: str


class TrailIndex:
    """The database; gone when it is closed."""

    def __init__(self) -> None:
        """Make it."""
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(_SCHEMA)
        self._rows: list[tuple[object, ...]] = []

    def __enter__(self) -> Self:
        """Use it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Throw it away."""
        self._database.close()

    def take(self, line: Line) -> TrailEvent | Unread:
        """Add a line of the log, and return what it holds."""
        held: TrailEvent | Unread
        try:
            held = read_event(line.message)
        except NoAuditEventError as error:
            held = Unread(line=line, reason=str(error))
            row: tuple[object, ...] = (None, None, NO_EVENT, None, None)
        else:
            row = (held.document_id, held.order_key, held.event_id, _packed(held.old_hash), _packed(held.new_hash))
        self._rows.append((*row, line.ingested_at_ms, leaf_of(line)))
        if len(self._rows) >= ROWS_A_WRITE:
            self._write()
        return held

    def sort(self) -> None:
        """Get ready to be read: after the last line."""
        self._write()
        self._database.executescript(
            """
            CREATE INDEX by_document ON line (document_id, order_key, event_id);
            CREATE INDEX by_event ON line (event_id, document_id, order_key, old, new);
            CREATE INDEX by_ingestion ON line (ingested_at_ms);
            """
        )

    def chains(self) -> Iterator[ChainRow]:
        """Yield every audit event, documents together, each document's in the order of its changes."""
        rows = self._database.execute(
            "SELECT document_id, order_key, event_id, old, new FROM line WHERE document_id IS NOT NULL "
            "ORDER BY document_id, order_key, event_id"
        )
        return map(ChainRow._make, rows)

    def contradicting_event_ids(self) -> Iterator[str]:
        """Yield event ids that stand in the log with different contents."""
        rows = self._database.execute(
            "SELECT event_id FROM (SELECT DISTINCT event_id, document_id, order_key, old, new FROM line "
            "WHERE document_id IS NOT NULL) GROUP BY event_id HAVING count(*) > 1"
        )
        return (row[0] for row in rows)

    def leaves(self, from_ms: int, to_ms: int) -> Iterator[Leaf]:
        """Yield the leaves of a period by ingestion time, in the order of the tree."""
        rows = self._database.execute(
            "SELECT event_id, leaf FROM line WHERE ingested_at_ms >= ? AND ingested_at_ms < ? ORDER BY event_id, leaf",
            (from_ms, to_ms),
        )
        return map(Leaf._make, rows)

    def count(self, from_ms: int = 0, to_ms: int = 2**62) -> int:
        """Return how many lines were ingested in a period."""
        counted = self._database.execute(
            "SELECT count(*) FROM line WHERE ingested_at_ms >= ? AND ingested_at_ms < ?", (from_ms, to_ms)
        )
        return int(counted.fetchone()[0])

    def end_chains(self, ends: Iterable[tuple[str, bytes | None]]) -> None:
        """Note where documents' chains end; the last for each document counts."""
        self._database.executemany("INSERT OR REPLACE INTO ending (document_id, new) VALUES (?, ?)", ends)

    def hold_table(self, hashes: Mapping[str, str]) -> None:
        """Note what the table holds: document id -> hash."""
        rows = ((name, bytes.fromhex(hash_)) for name, hash_ in hashes.items())
        self._database.executemany("INSERT OR REPLACE INTO in_table VALUES (?, ?)", rows)

    def differences(self, *, unknown_too: bool) -> Iterator[Difference]:
        """Yield the documents whose chain ends elsewhere than the table; with `unknown_too` also those without one."""
        rows = self._database.execute(
            "SELECT ending.document_id, new, hash FROM ending LEFT JOIN in_table USING (document_id) "
            "WHERE new IS NOT hash"
        )
        yield from map(Difference._make, rows)
        if unknown_too:
            rows = self._database.execute(
                "SELECT document_id, NULL, hash FROM in_table WHERE document_id NOT IN (SELECT document_id FROM ending)"
            )
            yield from map(Difference._make, rows)

    def _write(self) -> None:
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?, ?, ?)", self._rows)
        self._database.execute("COMMIT")
        self._rows = []


def _packed(hash_: str | None) -> bytes | None:
    return None if hash_ is None else bytes.fromhex(hash_)
