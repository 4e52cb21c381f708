"""The index holds exactly the table's documents, each as its newest change left it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demonstration.counted import counted
from demonstration.history import Happening, TypedItem
from demonstration.verification.check import Check, missing
from demonstration.verification.same_content import difference


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One document of the index, as a search through the alias gives it.

    Attributes:
        image: the whole document as plain JSON.

    """

    order_key: str
    image: Mapping[str, Any]


def check_search_index(
    entries: Mapping[str, IndexEntry], table: Mapping[str, TypedItem], newest: Mapping[str, Happening]
) -> Check:
    """Compare the index with the table and the stream, all by document id."""
    differences = [
        *missing("in the table, not in the index", table, entries),
        *missing("in the index, not in the table", entries, table),
    ]
    for document in sorted(entries.keys() & table.keys()):
        entry = entries[document]
        if place := difference(table[document], entry.image):
            differences.append(f"{document}: the index holds another {place}")
        if document in newest and entry.order_key != newest[document].order_key:
            differences.append(
                f"{document}: the index is at {entry.order_key}, the stream at {newest[document].order_key}"
            )
    return Check(
        title="search index",
        verified=f"exactly the table's {counted(len(table), 'document')}, each with its content and newest order key",
        differences=tuple(differences),
    )
