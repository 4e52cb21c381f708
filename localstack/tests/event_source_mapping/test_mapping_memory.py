"""Records go through in flat memory; the benchmark has a million of them."""

import gc
from collections import deque
from collections.abc import Iterator
from typing import Any

import psutil
from mapping_world import START_MS, raw_record, settings

from fanout_local.event_source_mapping.commands import Command, Invoke, Read
from fanout_local.event_source_mapping.happenings import Invoked, RecordsRead, TimePassed
from fanout_local.event_source_mapping.position import After, TrimHorizon
from fanout_local.event_source_mapping.shard import Shard

RECORDS = 150_000
PAGE = 1_000
WARM_UP = 50_000
MOST_GROWTH_BYTES = 4 * 1024 * 1024


def _pages() -> Iterator[tuple[dict[str, Any], ...]]:
    """Pages of 1,000 records; only the sequence numbers differ from page to page."""
    bodies = [raw_record(number, f"item-{number}") for number in range(PAGE)]
    for body in bodies:
        del body["dynamodb"]["NewImage"]
    for first in range(0, RECORDS, PAGE):
        yield tuple(
            body | {"dynamodb": body["dynamodb"] | {"SequenceNumber": str(10**21 + first + place)}}
            for place, body in enumerate(bodies)
        )


def test_memory_is_flat_over_many_records() -> None:
    """Ten lanes: after the first 50,000 records nothing more is held, and little more memory is used."""
    pages, process = _pages(), psutil.Process()
    machine = Shard(
        settings=settings(parallelization_factor=10, batch_size=100), shard_id="shard", position=TrimHorizon()
    )
    todo: deque[Command] = deque(machine.handle(TimePassed(), START_MS))
    read = invoked = most_held = warm_bytes = 0
    while todo:
        match todo.popleft():
            case Read() if read < RECORDS:
                read += PAGE
                todo += machine.handle(RecordsRead(records=next(pages)), START_MS)
            case Invoke(invocation=invocation, batch_size=batch_size):
                invoked += batch_size
                todo += machine.handle(Invoked(invocation=invocation, payload=b"null"), START_MS)
            case _:
                pass
        most_held = max(most_held, machine.view.held_records)
        if read == WARM_UP and not warm_bytes:
            gc.collect()
            warm_bytes = process.memory_info().rss
    gc.collect()
    assert (read, invoked) == (RECORDS, RECORDS)
    assert machine.view.position == After(sequence_number=str(10**21 + RECORDS - 1))
    assert machine.view.held_records == 0
    assert most_held <= 3 * PAGE
    assert process.memory_info().rss - warm_bytes <= MOST_GROWTH_BYTES
