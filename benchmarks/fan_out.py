"""How long does a batch take, against handlers that people write, when every call to a sink takes its time?

All contenders run over the same pretended clients (`benchmarks.pretended`): a call sleeps, then answers as the service
does. Ours are the real consumers, ledger and threads, with every guarantee on. The baselines' time per record does not
depend on how many records a batch has, so they are given fewer.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.contenders.clients import Clients
from benchmarks.contenders.fanout import fanout_handler
from benchmarks.contenders.handler import FANOUT, PLAIN, POWERTOOLS, Handler
from benchmarks.contenders.plain import plain_handler
from benchmarks.contenders.powertools import powertools_handler
from benchmarks.measuring import Figure
from benchmarks.pretended.services import Services, tolls_of_a_region
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Goal, Verdict

RECORD_BYTES = 2_000
BATCHES: Mapping[int, Mapping[str, Goal]] = {
    1_000: {PLAIN: Goal(least=100), POWERTOOLS: Goal(least=300)},
    100: {PLAIN: Goal(least=25), POWERTOOLS: Goal(least=80)},
}
ROUNDS: Mapping[str, int] = {FANOUT: 7, PLAIN: 3, POWERTOOLS: 3}
BASELINE_RECORDS = 50
LISTENED: Mapping[str, Callable[[str], bool]] = {
    "every document has a listener": lambda _: True,
    "one document in ten has a listener": lambda document_id: document_id.endswith("0"),
}
HANDLERS: Mapping[str, Callable[[Clients], Handler]] = {
    FANOUT: fanout_handler,
    PLAIN: plain_handler,
    POWERTOOLS: powertools_handler,
}


def run() -> Verdict:
    """Measure batches of 1,000 and 100 records of 2 KB."""
    figures: dict[str, dict[str, Figure]] = {}
    ratios: dict[str, float] = {}
    goals: dict[str, Goal] = {}
    for listened, has_listener in LISTENED.items():
        for records, goals_of_size in BATCHES.items():
            case = f"{records:,} records, {listened}"
            figures[case] = {
                name: _measure(name, records if name == FANOUT else BASELINE_RECORDS, has_listener) for name in HANDLERS
            }
            for baseline, goal in goals_of_size.items():
                ratio = f"{case}: {baseline} / {FANOUT}"
                ratios[ratio] = figures[case][baseline].median_s / figures[case][FANOUT].median_s
                goals[ratio] = goal
    return Verdict(
        name="fan_out",
        question="time of a record in one invocation; a call takes 20 ms + 0.05 ms a document (search), 8 ms (SQS), "
        "15 ms (logs), 5 ms (socket post, DynamoDB)",
        unit="record",
        figures=figures,
        ratios=ratios,
        goals=goals,
    )


def _measure(name: str, records: int, has_listener: Callable[[str], bool]) -> Figure:
    """Return the wall time of a record. Each round has records of its own: none is a repetition."""
    services = Services(tolls_of_a_region(), has_listener)
    handle = HANDLERS[name](services)
    batch = stream_event(records=records, record_bytes=RECORD_BYTES)["Records"]
    _invoke(handle, batch[:1], 0)  # what an environment does once: log streams, aliases, threads
    times_s = [_invoke(handle, batch, number) / records for number in range(1, ROUNDS[name] + 1)]
    if services.retry_queues_toll.calls or services.s3.keys:
        raise AssertionError("something was put away: the figure would not be a delivery's")
    return Figure.of(times_s)


def _invoke(handle: Handler, batch: list[dict[str, Any]], number: int) -> float:
    event = {"Records": [{**record, "eventID": f"{record['eventID']}-{number}"} for record in batch]}
    begin_s = time.perf_counter()
    answer = handle(event)
    passed_s = time.perf_counter() - begin_s
    if answer.get("batchItemFailures"):
        raise AssertionError(f"not all is settled: {answer}")
    return passed_s
