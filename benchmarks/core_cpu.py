"""What does the core cost a record, against parsing the event's JSON, and does it stay the same in large batches?

Measured is the processor's time; what else the machine does counts to neither. All cases work through the same
10,000 records, so that what the core remembers of one record helps the next no more in a small batch than in a large.
"""

import json
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from itertools import batched
from typing import Any

from benchmarks.in_memory import CLOCK, CONSUMERS, TakesAll, core
from benchmarks.measuring import WARM_UP_ROUNDS, Figure, without_collector
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Goal, Verdict
from stream_processor.deadline import Deadline
from stream_processor.processing import StreamProcessor
from stream_processor.projection import Projection

RECORDS = 10_000
RECORD_BYTES = 2_000
BATCHES = (100, 1_000, 10_000)
ROUNDS = 5
INVOCATION_S = 30.0
PROJECTIONS = {"websocket_notifier": Projection(exclude=frozenset({"meta"}), mask=frozenset({"edited_by"}))}
FANOUT, PARSING = "fanout", "json.loads"


def run() -> Verdict:
    """Process 10,000 records of 2 KB, in batches of 100, 1,000 and all at once; then weigh the last."""
    records = stream_event(records=RECORDS, record_bytes=RECORD_BYTES)["Records"]
    texts = {
        size: [json.dumps({"Records": batch}) for batch in batched(records, size, strict=False)] for size in BATCHES
    }
    del records
    processor = core([TakesAll(name) for name in CONSUMERS], PROJECTIONS)
    figures = {f"batches of {size:,}": _measure(processor, texts[size]) for size in BATCHES}
    memory = _weigh(processor, texts[RECORDS][0])
    ratios = {f"{case}: {FANOUT} / {PARSING}": _ratio(by_name) for case, by_name in figures.items()}
    costs_s = [by_name[FANOUT].median_s for by_name in figures.values()]
    constant = "dearest batch size / cheapest, cost a record"
    weight = "10,000 records, peak memory / the event's own"
    return Verdict(
        name="core_cpu",
        question="decode, projection, fan-out to four consumers and settlement of records of 2 KB, without any I/O",
        unit="record",
        figures=figures,
        observed={"10,000 records, MB": memory},
        ratios={
            **ratios,
            constant: max(costs_s) / min(costs_s),
            weight: memory["peak"] / memory["the event"],
        },
        goals={**dict.fromkeys(ratios, Goal(most=1.2)), constant: Goal(most=1.2), weight: Goal(most=3.0)},
    )


def _measure(processor: StreamProcessor, texts: Sequence[str]) -> dict[str, Figure]:
    rounds = [_round(processor, texts) for _ in range(WARM_UP_ROUNDS + ROUNDS)][WARM_UP_ROUNDS:]
    return {name: Figure.of([times_s[name] / RECORDS for times_s in rounds]) for name in (FANOUT, PARSING)}


def _round(processor: StreamProcessor, texts: Sequence[str]) -> Mapping[str, float]:
    """Parse and process each event in turn, as Lambda does: what was just parsed is still near the processor."""
    times_s = {FANOUT: 0.0, PARSING: 0.0}
    with without_collector():
        for text in texts:
            begin_s = time.process_time()
            event = json.loads(text)
            parsed_s = time.process_time()
            _process(processor, event)
            times_s[FANOUT] += time.process_time() - parsed_s
            times_s[PARSING] += parsed_s - begin_s
    return times_s


def _process(processor: StreamProcessor, event: Mapping[str, Any]) -> None:
    answer, _ = processor.process(event, Deadline.after(INVOCATION_S, CLOCK))
    if answer["batchItemFailures"]:
        raise AssertionError(f"not all is settled: {answer}")


def _weigh(processor: StreamProcessor, text: str) -> dict[str, float]:
    """Return the megabytes of the event, and the most that is in use while it is processed (the event included)."""
    tracemalloc.start()
    try:
        event = json.loads(text)
        own_bytes, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        _process(processor, event)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return {"the event": own_bytes / 1e6, "peak": peak_bytes / 1e6}


def _ratio(by_name: Mapping[str, Figure]) -> float:
    return by_name[FANOUT].median_s / by_name[PARSING].median_s
