"""What do ordered writes cost, against a plain bulk index of the same documents through opensearch-py's helpers?"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.helpers import bulk

from benchmarks.measuring import Figure
from benchmarks.search_stack import ALIAS, TABLE, Engines, engines
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Goal, Verdict
from consumers.search_index.client import open_search
from consumers.search_index.consumer import SearchIndex
from consumers.search_index.index import create_index, index_body
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.adapters.threads import SystemClock
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED
from stream_processor.plain_json import plain_image
from stream_processor.projection import Projection

DOCUMENTS = 4000
RECORD_BYTES = 4000
BATCH = 500
ROUNDS = 6
PLAIN = "plain"
GOAL = 0.7

NEW, EDITS, UNKNOWN = "new", "edits", "edits of what another process wrote"
CASES = (NEW, EDITS, UNKNOWN)

type Documents = Sequence[tuple[str, dict[str, Any]]]


def run() -> Verdict:
    """Measure new documents of 2 KB, and an edit of each, in batches of 500, both into the same mapping."""
    new = decode_event(stream_event(records=DOCUMENTS, record_bytes=RECORD_BYTES)).changes
    versions = {NEW: new, EDITS: _later(new, 10), UNKNOWN: _later(new, 100)}
    times_s: dict[str, dict[str, list[float]]] = {case: {"fanout": [], "helpers.bulk": []} for case in CASES}
    with engines() as where:
        client = open_search(where.variables["FANOUT_SEARCH_ENDPOINT"], timeout_s=60)
        for number in range(1 + ROUNDS):  # the first warms up
            for case, name, took_s in _round(client, where, versions):
                if number:
                    times_s[case][name].append(took_s / DOCUMENTS)
    figures = {case: {name: Figure.of(times) for name, times in of.items()} for case, of in times_s.items()}
    ratios = {
        f"{case}: rate / plain": of["helpers.bulk"].median_s / of["fanout"].median_s for case, of in figures.items()
    }
    return Verdict(
        name="search_ordered",
        question="ordered, idempotent writes against a plain bulk index of the same documents",
        unit="document",
        figures=figures,
        ratios=ratios,
        goals={name: Goal(least=GOAL) for name in ratios if UNKNOWN not in name},
    )


def _round(
    client: OpenSearch, where: Engines, versions: Mapping[str, Sequence[Change]]
) -> list[tuple[str, str, float]]:
    client.indices.delete(index=f"{ALIAS}*", ignore=[404])
    client.indices.delete(index=PLAIN, ignore=[404])
    create_index(client, ALIAS)
    client.indices.create(index=PLAIN, body=index_body({}))
    table = DocumentsTable(where.aws().dynamodb, TABLE)
    one, other = (SearchIndex(client, table=table, projection=Projection(), alias=ALIAS, gzip=False) for _ in range(2))
    took: list[tuple[str, str, float]] = []
    for case, changes in versions.items():
        consumer = other if case == UNKNOWN else one
        documents = [(change.document_id, plain_image(change.new_image or {})) for change in changes]
        took.append((case, "fanout", _timed(lambda consumer=consumer, changes=changes: _deliver(consumer, changes))))  # type: ignore[misc]
        took.append((case, "helpers.bulk", _timed(lambda documents=documents: _index(client, documents))))  # type: ignore[misc]
    return took


def _later(changes: Sequence[Change], factor: int) -> Sequence[Change]:
    return [
        replace(change, order_key=change.order_key._replace(sequence_number=change.order_key.sequence_number * factor))
        for change in changes
    ]


def _deliver(consumer: SearchIndex, changes: Sequence[Change]) -> None:
    for batch in batched(changes, BATCH, strict=False):
        outcomes = {outcome for _, outcome in consumer.deliver(batch, Deadline.after(60, SystemClock()))}
        if outcomes != {DELIVERED}:
            raise RuntimeError(f"not delivered: {outcomes}")


def _index(client: OpenSearch, documents: Documents) -> None:
    actions = ({"_index": PLAIN, "_id": document_id, "_source": document} for document_id, document in documents)
    bulk(client, actions, chunk_size=BATCH)


def _timed(work: Callable[[], None]) -> float:
    begun_s = time.perf_counter()
    work()
    return time.perf_counter() - begun_s
