"""How fast is an index filled from the table, against opensearch-py's `parallel_bulk` fed by the same scan?"""

import time
from collections.abc import Iterator
from typing import Any

from opensearchpy.helpers import parallel_bulk

from benchmarks.measuring import Figure
from benchmarks.search_documents import DOCUMENTS, write_documents
from benchmarks.search_stack import ALIAS, Engines, Worked, engines, in_a_process
from benchmarks.verdict import Goal, Verdict
from consumers.search_index.backfill import PAGE_ITEMS, RateLimit
from consumers.search_index.client import open_search
from consumers.search_index.index import create_index, index_body
from consumers.search_index.progress import run_segments
from consumers.search_index.upkeep import Upkeep
from stream_processor.plain_json import plain_image

PLAIN = "plain"
THREADS = 4
TURNS = ("fanout", "parallel_bulk", "parallel_bulk", "fanout")
"""The engine grows faster as it warms up: each is first once."""
MEGABYTE = 1e6


def run() -> Verdict:
    """Fill both, in turn, each in a process of its own."""
    work = {"fanout": _backfill, "parallel_bulk": _parallel_bulk}
    worked: dict[str, list[Worked]] = {name: [] for name in work}
    with engines() as where:
        write_documents(where)
        for name in TURNS:
            worked[name].append(in_a_process(work[name], where))
    figures = {name: Figure.of([each.answer / DOCUMENTS for each in of]) for name, of in worked.items()}
    return Verdict(
        name="search_backfill",
        question=f"{DOCUMENTS:,} documents from DynamoDB into the index",
        unit="document",
        figures={f"{DOCUMENTS:,} documents": figures},
        ratios={
            "rate / parallel_bulk": figures["parallel_bulk"].median_s / figures["fanout"].median_s,
            "MB above the interpreter": max(each.peak_bytes for each in worked["fanout"]) / MEGABYTE,
            "MB above the interpreter, parallel_bulk": max(e.peak_bytes for e in worked["parallel_bulk"]) / MEGABYTE,
        },
        goals={"rate / parallel_bulk": Goal(least=0.9)},
    )


def _backfill(where: Engines) -> float:
    upkeep = Upkeep(where.environment(), where.aws())
    upkeep.client.indices.delete(index=f"{ALIAS}*", ignore=[404])
    name = create_index(upkeep.client, ALIAS).index
    begun_s = time.perf_counter()
    done = run_segments(upkeep.backfill(name, ALIAS, RateLimit(None)), THREADS)
    took_s = time.perf_counter() - begun_s
    if sum(each.created for each in done) != DOCUMENTS:
        raise RuntimeError(f"not all made: {done}")
    return took_s


def _parallel_bulk(where: Engines) -> float:
    client = open_search(where.variables["FANOUT_SEARCH_ENDPOINT"], timeout_s=60)
    client.indices.delete(index=PLAIN, ignore=[404])
    client.indices.create(index=PLAIN, body=index_body({}))
    begun_s = time.perf_counter()
    made = sum(ok for ok, _ in parallel_bulk(client, _actions(where), thread_count=THREADS, chunk_size=PAGE_ITEMS))
    took_s = time.perf_counter() - begun_s
    if made != DOCUMENTS:
        raise RuntimeError(f"only {made} made")
    return took_s


def _actions(where: Engines) -> Iterator[dict[str, Any]]:
    table = Upkeep(where.environment(), where.aws()).table
    next_key = None
    while True:
        page = table.page(0, 1, next_key, limit=PAGE_ITEMS)
        for document_id, image in page.items.items():
            yield {"_op_type": "create", "_index": PLAIN, "_id": document_id, "_source": plain_image(image)}
        if page.next_key is None:
            return
        next_key = page.next_key
