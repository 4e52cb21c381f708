"""What this process wrote last: with an entry's version at hand, an update needs no script.

A scripted update makes OpenSearch read the old entry, parse it, run the script and write the result out again. Where
the entry's version is known, and with it that the change is newer, the new entry replaces it by one compare-and-set
(`if_seq_no`): as cheap as a plain write, and just as ordered. Whoever came between makes it fail; the script decides
then.

A version means something in one index only. What is remembered is dropped when the alias stands for another index, and
nothing is remembered while there is a candidate that may take the index' place.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

MOST_DOCUMENTS = 20_000
"""Some 10 MB."""
WRITTEN = ("created", "updated")


class Remembered(NamedTuple):
    """An entry as it was written: its order key, and the version that it had then."""

    order_key: str
    seq_no: int
    primary_term: int


class Memory:
    """Document id -> what was written of it last, the oldest forgotten first."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._index: str | None = None
        self._entries: dict[str, Remembered] = {}

    def in_index(self, index: str | None) -> None:
        """Keep what is remembered only if it is of `index`; None: remember nothing."""
        if index != self._index:
            self._entries.clear()
            self._index = index

    def older_than(self, order_key: str, document_id: str) -> Remembered | None:
        """Return what is remembered of a document, if it is older than `order_key`."""
        found = self._entries.get(document_id)
        return found if found and found.order_key < order_key else None

    def note(self, order_key: str, item: Mapping[str, Any]) -> None:
        """Take the answer to a write of an entry with `order_key`; forget the document, if that wrote nothing."""
        document_id = item["_id"]
        self._entries.pop(document_id, None)
        if item.get("result") in WRITTEN and item.get("_index") == self._index:
            self._entries[document_id] = Remembered(order_key, item["_seq_no"], item["_primary_term"])
            if len(self._entries) > MOST_DOCUMENTS:
                self._entries.pop(next(iter(self._entries)), None)
