"""Repair of a key: the entry becomes what the table holds now, whatever it was.

1. read the entry, with its version (`if_seq_no`);
2. read the item, strongly: after the entry, so that it holds every change that the entry holds;
3. write the item's entry, if the entry is still the one that was read; else begin again.

The entry keeps its order key, so every change that is newer than it still goes ahead, and what the stream has yet to
bring ends in the same state. A repair for a change sets the change's order key where that is greater: the table's state
holds the change, and nothing older than it may come after. So a parked change can be delivered weeks later, when the
tombstones of its time are long purged.

| entry     | item    | written                                       |
|-----------|---------|-----------------------------------------------|
| missing   | there   | the document, at the lowest order key         |
| missing   | missing | a tombstone: a backfill may have read it before |
| any       | there   | the document                                  |
| document  | missing | a tombstone                                   |
| tombstone | missing | nothing, or its order key                     |
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, TransportError

from consumers.search_index.answers import outcome_of_request
from consumers.search_index.entry import LOWEST_ORDER_KEY, Entry, document_entry, tombstone
from consumers.search_index.sending import BulkSender, json_line
from stream_processor.adapters.documents_table import DocumentsTable, OutOfTimeError
from stream_processor.attribute_values import Image
from stream_processor.deadline import Deadline
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry
from stream_processor.projection import Projection
from stream_processor.typed_json import TypedItem

ATTEMPTS = 5
"""How often a key is begun anew when another writer comes between."""
KEYS_A_ROUND = 100
NOT_UTF8 = Cause(type="NotUtf8", message="the document holds half of a surrogate pair")
CONFLICT_STATUS = "version_conflict_engine_exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyToMend:
    """A key and the least order key that its entry is to have afterwards."""

    document_id: str
    keys: TypedItem
    order_key: str = LOWEST_ORDER_KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An entry as it was read. Its index is told by name: an alias may stand for another one a moment later."""

    index: str
    order_key: str
    deleted: bool
    seq_no: int
    primary_term: int


class KeyRepair:
    """Mends keys of an index, from the table as the consumer may see it."""

    def __init__(self, client: OpenSearch, table: DocumentsTable, projection: Projection, *, gzip: bool) -> None:
        """Read `table`; write through `client`."""
        self._client = client
        self._sender = BulkSender(client, gzip=gzip)
        self._table = table
        self._projection = projection

    def mend(
        self, target: str, keys: Sequence[KeyToMend], deadline: Deadline, *, by_alias: bool = True
    ) -> Iterator[tuple[str, Outcome]]:
        """Yield (document id, outcome) for each key; `target` is an alias, or an index where `by_alias` is false."""
        for chunk in batched(keys, KEYS_A_ROUND, strict=False):
            waiting = {key.document_id: key for key in chunk}
            conflict: Outcome = Retry(cause=Cause(type="Conflict", message="another writer came first, every time"))
            for _ in range(ATTEMPTS):
                if not waiting or deadline.passed():
                    break
                for document_id, outcome in self._round(target, waiting, deadline, by_alias=by_alias):
                    if not is_conflict(outcome):
                        del waiting[document_id]
                        yield document_id, outcome
            yield from ((document_id, conflict) for document_id in waiting)

    def _round(
        self, target: str, keys: Mapping[str, KeyToMend], deadline: Deadline, *, by_alias: bool
    ) -> list[tuple[str, Outcome]]:
        try:
            entries = self._entries(target, keys, deadline)
            items = self._table.get([key.keys for key in keys.values()], deadline)
        except TransportError as error:
            outcome = outcome_of_request(error)
            retry = Retry(cause=outcome.cause) if isinstance(outcome, Rejected) else outcome
            return [(document_id, retry) for document_id in keys]
        except (OpenSearchException, ClientError, BotoCoreError, OutOfTimeError) as error:
            return [(document_id, Retry(cause=Cause.of(error))) for document_id in keys]
        done: list[tuple[str, Outcome]] = []
        writes: dict[tuple[str, bool], dict[str, bytes]] = {}
        now_ms = deadline.clock.now_ms()
        for document_id, key in keys.items():
            found, image = entries.get(document_id), items.get(document_id)
            if found and found.deleted and image is None and found.order_key >= key.order_key:
                done.append((document_id, DELIVERED))
                continue
            order_key = max(key.order_key, found.order_key if found else LOWEST_ORDER_KEY)
            try:
                lines = _write(document_id, found, self._entry(image, order_key, now_ms))
            except UnicodeEncodeError:
                done.append((document_id, Rejected(cause=NOT_UTF8)))
                continue
            destination = (found.index, False) if found else (target, by_alias)
            writes.setdefault(destination, {})[document_id] = lines
        for (name, is_alias), of_destination in writes.items():
            timeout_s = max(0.001, deadline.remaining_s())
            outcomes = self._sender.send(name, list(of_destination.values()), timeout_s, by_alias=is_alias)
            done.extend(zip(of_destination, outcomes, strict=True))
        return done

    def _entries(self, target: str, document_ids: Collection[str], deadline: Deadline) -> dict[str, _Found]:
        answer = self._client.mget(
            index=target,
            body={"ids": list(document_ids)},
            params={"_source_includes": "order_key,deleted"},
            request_timeout=max(0.001, deadline.remaining_s()),
        )
        for doc in answer["docs"]:
            if error := doc.get("error"):  # the index is gone, or a shard: each item says so in a 200
                raise TransportError(doc.get("status", 404), error.get("type"), {"error": error})
        return {
            doc["_id"]: _Found(
                index=doc["_index"],
                order_key=doc["_source"]["order_key"],
                deleted=doc["_source"].get("deleted", False),
                seq_no=doc["_seq_no"],
                primary_term=doc["_primary_term"],
            )
            for doc in answer["docs"]
            if doc["found"]
        }

    def _entry(self, image: Image | None, order_key: str, now_ms: int) -> Entry:
        if image is None:
            return tombstone(order_key, deleted_at_ms=now_ms)
        keys = {name: image[name] for name in self._table.key_names}
        return document_entry(self._projection.seen(image, keys), order_key)


def _write(document_id: str, found: _Found | None, entry: dict[str, Any]) -> bytes:
    if found is None:
        return json_line({"create": {"_id": document_id}}) + json_line(entry)
    version = {"if_seq_no": found.seq_no, "if_primary_term": found.primary_term}
    return json_line({"index": {"_id": document_id, **version}}) + json_line(entry)


def is_conflict(outcome: Outcome) -> bool:
    """Return whether another writer came first."""
    return isinstance(outcome, Retry) and outcome.cause.type == CONFLICT_STATUS
