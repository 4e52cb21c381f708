"""Do index and table agree? Both ways, streaming, in bounded memory.

1. Table to index: the table is scanned; each page's entries are read by id, and the hash of the item compared with the
   hash of the document that the entry holds: missing, or stale.
2. Index to table: the ids of the index are read in turn; those that the scan did not meet are read from the table by
   their keys: extra.

What differs is looked at again a while later, strongly and by id: a change that is on its way has arrived by then, or
the two have moved. Only what still differs, and has not moved, is drift. Keys that have a parked change are told apart:
their repair is under way.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from itertools import batched
from typing import Any

from opensearchpy import OpenSearch

from consumers.search_index.entry import ALIAS_FILTER, document_of
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.attribute_values import Image
from stream_processor.deadline import Deadline
from stream_processor.plain_json import Plain, plain_image
from stream_processor.projection import Projection
from stream_processor.typed_json import TypedItem, typed_image

PAGE_ITEMS = 1000
IDS_A_PAGE = 5000
LOOK_AGAIN_AFTER_S = 5.0
MOST_MET = 1_000_000
"""Fingerprints of ids kept from the scan, 70 MB. Ids beyond them are read from the table: slower, no less exact."""
MOST_DIFFERENCES = 10_000
KEEP_ALIVE = "2m"


class Kind(StrEnum):
    """How a key differs."""

    MISSING = "missing"
    EXTRA = "extra"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A key on which index and table do not agree.

    Attributes:
        item, entry: short hashes of what the two hold; None for nothing.

    """

    kind: Kind
    document_id: str
    keys: TypedItem
    item: str | None
    entry: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What an audit found.

    Attributes:
        documents: items compared.
        drift: what differs, at most `MOST_DIFFERENCES`.
        parked: what differs and has a parked change: not counted as drift.
        cut_short: there may be more than `drift` tells.

    """

    documents: int
    drift: Sequence[Difference]
    parked: Sequence[Difference]
    cut_short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several parts of an audit; all parts together are the whole."""

    number: int = 0
    of: int = 1


@dataclass(slots=True, kw_only=True)
class Audit:
    """An audit of `index` (an index or alias) against the table as the consumer may see it.

    Attributes:
        parked_ids: document ids, among those given, that have a parked change.
        advance: told the number of items after each page.

    """

    client: OpenSearch
    table: DocumentsTable
    projection: Projection
    index: str
    parked_ids: Callable[[frozenset[str]], frozenset[str]]
    pause: Callable[[float], None] = time.sleep
    advance: Callable[[int], None] = lambda _: None
    threads: int = 2
    _met: set[int] = field(default_factory=set)

    def run(self, deadline: Deadline, part: Part | None = None) -> AuditReport:
        """Compare; see above.

        Raises:
            opensearchpy.exceptions.OpenSearchException, ClientError, BotoCoreError: one of the two cannot be read.

        """
        part = part or Part()
        self._met.clear()
        documents = 0
        differences: list[Difference] = []
        for count, differing in self._from_table(part):
            documents += count
            self.advance(count)
            differences += differing[: MOST_DIFFERENCES - len(differences)]
        for differing in self._from_index(part, deadline):
            differences += differing[: MOST_DIFFERENCES - len(differences)]
        cut_short = len(differences) >= MOST_DIFFERENCES
        if differences:
            self.pause(LOOK_AGAIN_AFTER_S)
        lasting = [each for chunk in batched(differences, 100, strict=False) for each in self._still(chunk, deadline)]
        parked = self.parked_ids(frozenset(each.document_id for each in lasting)) if lasting else frozenset()
        return AuditReport(
            documents=documents,
            drift=[each for each in lasting if each.document_id not in parked],
            parked=[each for each in lasting if each.document_id in parked],
            cut_short=cut_short,
        )

    def _from_table(self, part: Part) -> Iterator[tuple[int, list[Difference]]]:
        """Compare a segment of the table; the next page is on its way while one is compared."""
        with ThreadPoolExecutor(1, thread_name_prefix="scan") as scan:
            coming = scan.submit(self.table.page, part.number, part.of, None, limit=PAGE_ITEMS)
            while True:
                page = coming.result()
                if page.next_key is not None:
                    coming = scan.submit(self.table.page, part.number, part.of, page.next_key, limit=PAGE_ITEMS)
                yield len(page.items), self._compare(page.items)
                if page.next_key is None:
                    return

    def _compare(self, items: Mapping[str, Image]) -> list[Difference]:
        entries = self._entry_hashes(list(items))
        differences = []
        for document_id, image in items.items():
            if len(self._met) < MOST_MET:
                self._met.add(hash(document_id))
            if found := self._difference(document_id, self._keys(image), self._item_hash(image), entries):
                differences.append(found)
        return differences

    def _from_index(self, part: Part, deadline: Deadline) -> Iterator[list[Difference]]:
        """Look for what the scan did not meet. In parts it meets only its segment: ids then go by their own hash."""
        self.client.indices.refresh(index=self.index)
        for ids in self._ids(part):
            unknown = [document_id for document_id in ids if part.of > 1 or hash(document_id) not in self._met]
            for chunk in batched(unknown, 100, strict=False):
                yield self._absent(chunk, deadline)

    def _absent(self, ids: Sequence[str], deadline: Deadline) -> list[Difference]:
        documents = self._entries(ids)
        keys = {document_id: self._keys_of_document(document) for document_id, document in documents.items()}
        items = self.table.get([key for key in keys.values() if key], deadline)
        return [
            Difference(kind=Kind.EXTRA, document_id=i, keys=keys[i], item=None, entry=_hash(documents[i]))
            for i in documents
            if i not in items
        ]

    def _ids(self, part: Part) -> Iterator[list[str]]:
        body: dict[str, Any] = {"size": IDS_A_PAGE, "query": ALIAS_FILTER, "sort": ["_doc"], "_source": False}
        if part.of > 1:
            body["slice"] = {"id": part.number, "max": part.of}
        answer = self.client.search(index=self.index, body=body, params={"scroll": KEEP_ALIVE})
        while hits := answer["hits"]["hits"]:
            yield [hit["_id"] for hit in hits]
            answer = self.client.scroll(body={"scroll_id": answer["_scroll_id"], "scroll": KEEP_ALIVE})
        self.client.clear_scroll(body={"scroll_id": [answer["_scroll_id"]]})

    def _still(self, differences: Sequence[Difference], deadline: Deadline) -> list[Difference]:
        """Return the differences that are there still and have not moved."""
        entries = self._entry_hashes([each.document_id for each in differences])
        items = self.table.get([each.keys for each in differences if each.keys], deadline)
        lasting = []
        for each in differences:
            image = items.get(each.document_id)
            item = None if image is None else self._item_hash(image)
            now = self._difference(each.document_id, each.keys, item, entries)
            if now and (now.item, now.entry) == (each.item, each.entry):
                lasting.append(now)
        return lasting

    def _difference(
        self, document_id: str, keys: TypedItem, item: str | None, entries: Mapping[str, str]
    ) -> Difference | None:
        entry = entries.get(document_id)
        if item == entry:
            return None
        kind = Kind.MISSING if entry is None else Kind.EXTRA if item is None else Kind.STALE
        return Difference(kind=kind, document_id=document_id, keys=keys, item=item, entry=entry)

    def _entry_hashes(self, ids: Sequence[str]) -> dict[str, str]:
        return {document_id: _hash(document) for document_id, document in self._entries(ids).items()}

    def _entries(self, ids: Sequence[str]) -> dict[str, dict[str, Plain]]:
        """Return the documents that the index holds; a tombstone is none."""
        if not ids:
            return {}
        docs = self.client.mget(index=self.index, body={"ids": list(ids)})["docs"]
        found = {doc["_id"]: doc["_source"] for doc in docs if doc.get("found")}
        return {i: _document(source) for i, source in found.items() if not source.get("deleted")}

    def _item_hash(self, image: Image) -> str:
        keys = {name: image[name] for name in self.table.key_names}
        return _hash(plain_image(self.projection.seen(image, keys)))

    def _keys(self, image: Image) -> TypedItem:
        return typed_image({name: image[name] for name in self.table.key_names})

    def _keys_of_document(self, document: Mapping[str, Plain]) -> TypedItem:
        """Return the keys out of plain JSON; nothing where they are not there: no item has such a document."""
        types = self.table.key_types
        if not types.keys() <= document.keys():
            return {}
        return {name: {tag: str(document[name])} for name, tag in types.items()}


def _document(source: Mapping[str, Any]) -> dict[str, Plain]:
    return document_of(source) if isinstance(source.get("document"), dict) else {}


def _hash(document: Mapping[str, Plain]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).hexdigest()
