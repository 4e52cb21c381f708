"""Notes beside the index: keys that the candidate refused, and how far each segment of a backfill is.

They lie in an index of their own, ``<alias>-notes``. It goes by an alias, like the documents' index, so that it is not
made by accident with guessed types.

| note id              | holds                                                                            |
|----------------------|----------------------------------------------------------------------------------|
| dirty~<document id>  | `keys`: the item's keys, typed JSON                                              |
| segment~<index>~<n>  | `progress`: JSON, see `consumers.search_index.backfill`                          |
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch

from consumers.search_index.sending import BulkSender, json_line
from stream_processor.attribute_values import Image
from stream_processor.outcome import Outcome
from stream_processor.typed_json import TypedItem, typed_image

MAPPINGS = {
    "dynamic": False,
    "properties": {
        "kind": {"type": "keyword"},
        "keys": {"type": "keyword", "index": False, "doc_values": False},
        "progress": {"type": "keyword", "index": False, "doc_values": False},
    },
}
PAGE = 500


def notes_alias(alias: str) -> str:
    """Return the name of the notes beside `alias`."""
    return f"{alias}-notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirtyKey:
    """A key whose state in the candidate is not known to be right.

    Attributes:
        document_id: of the key.
        keys: typed JSON.
        seq_no: with `primary_term` the note's version: one made anew meanwhile is not taken away.

    """

    document_id: str
    keys: TypedItem
    seq_no: int
    primary_term: int


class Notes:
    """The notes of one alias."""

    def __init__(self, client: OpenSearch, alias: str) -> None:
        """Use the notes that `index create` made."""
        self._client = client
        self._sender = BulkSender(client, gzip=False)
        self.name = notes_alias(alias)

    def make(self) -> None:
        """Make the index, where it is missing."""
        if not self._client.indices.exists(index=self.name):
            body = {
                "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
                "mappings": MAPPINGS,
                "aliases": {self.name: {}},
            }
            self._client.indices.create(index=f"{self.name}-v1", body=body, ignore=[400])

    def mark_dirty(self, keys: Sequence[tuple[str, Image]], timeout_s: float) -> list[Outcome]:
        """Note keys, each with its document id; return whether each is noted durably."""
        lines = [
            json_line({"index": {"_id": f"dirty~{document_id}"}})
            + json_line({"kind": "dirty", "keys": json.dumps(typed_image(key))})
            for document_id, key in keys
        ]
        return self._sender.send(self.name, lines, timeout_s)

    def dirty(self) -> Iterator[list[DirtyKey]]:
        """Yield the dirty keys by pages; what is marked meanwhile may be missed, so ask until there are none."""
        self._client.indices.refresh(index=self.name)
        body: dict[str, Any] = {
            "size": PAGE,
            "query": {"term": {"kind": "dirty"}},
            "sort": ["_doc"],
            "seq_no_primary_term": True,
        }
        while True:
            hits = self._client.search(index=self.name, body=body)["hits"]["hits"]
            if not hits:
                return
            yield [
                DirtyKey(
                    document_id=hit["_id"].partition("~")[2],
                    keys=json.loads(hit["_source"]["keys"]),
                    seq_no=hit["_seq_no"],
                    primary_term=hit["_primary_term"],
                )
                for hit in hits
            ]
            self._client.indices.refresh(index=self.name)

    def clean(self, mended: Sequence[DirtyKey]) -> None:
        """Take notes away, but those made anew since they were read."""
        heads = [
            {"_id": f"dirty~{key.document_id}", "if_seq_no": key.seq_no, "if_primary_term": key.primary_term}
            for key in mended
        ]
        if heads:
            self._sender.send(self.name, [json_line({"delete": head}) for head in heads], timeout_s=30)

    def progress(self, index: str, segment: int) -> Mapping[str, Any] | None:
        """Return how far a segment of the backfill of `index` is; None: not begun."""
        found = self._client.get(index=self.name, id=f"segment~{index}~{segment}", ignore=[404])
        progress: Mapping[str, Any] | None = json.loads(found["_source"]["progress"]) if found.get("found") else None
        return progress

    def keep_progress(self, index: str, segment: int, progress: Mapping[str, Any]) -> None:
        """Note how far a segment is."""
        body = {"kind": f"segments of {index}", "progress": json.dumps(progress)}
        self._client.index(
            index=self.name, id=f"segment~{index}~{segment}", body=body, params={"require_alias": "true"}
        )

    def forget(self, index: str) -> None:
        """Take the progress of `index` away."""
        self._delete(f"segments of {index}")

    def forget_dirty(self) -> None:
        """Take all dirty keys away: the candidate that missed them is no more, or they are mended."""
        self._delete("dirty")

    def _delete(self, kind: str) -> None:
        self._client.indices.refresh(index=self.name)
        query = {"query": {"term": {"kind": kind}}}
        self._client.delete_by_query(index=self.name, body=query, params={"conflicts": "proceed", "refresh": "true"})
