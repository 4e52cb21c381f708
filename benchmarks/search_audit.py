"""How fast is an index compared with its table, both ways, and in how much memory?"""

import time

from benchmarks.measuring import Figure
from benchmarks.search_documents import DOCUMENTS, write_documents
from benchmarks.search_stack import ALIAS, Engines, engines, in_a_process
from benchmarks.verdict import Goal, Verdict
from consumers.search_index.backfill import RateLimit
from consumers.search_index.index import create_index
from consumers.search_index.progress import run_segments
from consumers.search_index.upkeep import Upkeep
from stream_processor.adapters.threads import SystemClock
from stream_processor.deadline import Deadline

THREADS = 4
ROUNDS = 1


def run() -> Verdict:
    """Audit 100,000 documents, each time in a process of its own."""
    with engines() as where:
        write_documents(where)
        upkeep = Upkeep(where.environment(), where.aws())
        name = create_index(upkeep.client, ALIAS).index
        run_segments(upkeep.backfill(name, ALIAS, RateLimit(None)), THREADS)
        worked = [in_a_process(_audit, where) for _ in range(ROUNDS)]
    figure = Figure.of([each.answer / DOCUMENTS for each in worked])
    memory = "MB above the interpreter"
    return Verdict(
        name="search_audit",
        question=f"{DOCUMENTS:,} documents of the table against the index, both ways",
        unit="document",
        figures={f"{DOCUMENTS:,} documents": {"fanout": figure}},
        ratios={
            "documents a second": 1 / figure.median_s,
            memory: max(each.peak_bytes for each in worked) / 1e6,
        },
        goals={memory: Goal(most=200)},
    )


def _audit(where: Engines) -> float:
    audit = Upkeep(where.environment(), where.aws()).audit(ALIAS)
    begun_s = time.perf_counter()
    report = audit.run(Deadline.after(3600, SystemClock()))
    took_s = time.perf_counter() - begun_s
    if (report.documents, len(report.drift)) != (DOCUMENTS, 0):
        raise RuntimeError(f"not as filled: {report.documents} documents, {len(report.drift)} differ")
    return took_s
