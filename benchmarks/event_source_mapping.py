"""How do changes come from DynamoDB Local through the runner, against a bare loop and LocalStack's own poller?"""

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack

import psutil

from benchmarks.mapping_stacks import MappedTable, client, fill_table, make_table, map_table, mapping_stack
from benchmarks.measuring import Figure, in_turn
from benchmarks.shard_runs import EndlessShard, run_bare_loop, run_shard
from benchmarks.verdict import Goal, Verdict
from fanout_local.engines.mappings import NAME
from fanout_local.event_source_mapping.runner.clients import Clients
from fanout_local.event_source_mapping.runner.stream_address import in_dynamodb_local
from fanout_local.event_source_mapping.runner.stream_reader import ShardReader
from fanout_local.state import StackState

RECORDS = 10_000
ITEM_BYTES = 1_000
ROUNDS = 3
WRITES = 20
IDLE_S = (0.3, 1.0)
MOST_MEDIAN_S = 0.3
MANY_RECORDS = 1_000_000
SOME_RECORDS = 100_000
MOST_MEMORY_BYTES = 200e6


def run() -> Verdict:
    """Measure throughput and latency on real engines, and memory over a million records from no stream at all."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with ExitStack() as exits:
        ours, our_folder = exits.enter_context(mapping_stack("ours", runner=True))
        theirs, their_folder = exits.enter_context(mapping_stack("theirs", runner=False))
        through = _throughput(ours)
        latency = _latency(
            {"runner": map_table(ours, our_folder, "idle"), "LocalStack": map_table(theirs, their_folder, "idle")}
        )
        runner_bytes = psutil.Process(ours.processes[NAME].process.pid).memory_info().rss
    some_bytes, many_bytes = _memory()
    return Verdict(
        name="event_source_mapping",
        question="from a write to the function: records of 1 KB in bulk, single writes when idle, memory",
        unit="record",
        figures={f"{RECORDS} records": through, "one write when idle": latency},
        ratios={
            "records/s: runner / bare GetRecords loop": through["GetRecords loop"].median_s
            / through["runner"].median_s,
            "records/s: runner / GetRecords loop without botocore's parsing": through[
                "GetRecords loop, plain JSON"
            ].median_s
            / through["runner"].median_s,
            "idle: runner's median / 300 ms": latency["runner"].median_s / MOST_MEDIAN_S,
            "idle: runner / LocalStack's poller": latency["runner"].median_s / latency["LocalStack"].median_s,
            "memory: runner process / 200 MB": runner_bytes / MOST_MEMORY_BYTES,
            "memory: after 1,000,000 records / 200 MB": many_bytes / MOST_MEMORY_BYTES,
            "memory: after 1,000,000 / after 100,000 records": many_bytes / some_bytes,
        },
        goals={
            "records/s: runner / bare GetRecords loop": Goal(least=0.7),
            "idle: runner's median / 300 ms": Goal(most=1.0),
            "idle: runner / LocalStack's poller": Goal(most=1.0),
            "memory: runner process / 200 MB": Goal(most=1.0),
            "memory: after 1,000,000 records / 200 MB": Goal(most=1.0),
            "memory: after 1,000,000 / after 100,000 records": Goal(most=1.1),
        },
    )


def _throughput(stack: StackState) -> dict[str, Figure]:
    stream_arn = in_dynamodb_local(make_table(stack.endpoints, "bulk"))
    fill_table(stack.endpoints, "bulk", items=RECORDS, item_bytes=ITEM_BYTES)
    plain = client(stack.endpoints.dynamodb, "dynamodbstreams")
    ours = Clients(
        aws_endpoint=stack.endpoints.aws, dynamodb_endpoint=stack.endpoints.dynamodb, region=stack.region
    ).streams
    shard = {
        "stream_arn": stream_arn,
        "shard_id": plain.describe_stream(StreamArn=stream_arn)["StreamDescription"]["Shards"][0]["ShardId"],
    }
    return in_turn(
        {
            "GetRecords loop": lambda: run_bare_loop(plain, **shard, records=RECORDS),
            "GetRecords loop, plain JSON": lambda: run_bare_loop(ours, **shard, records=RECORDS),
            "runner": lambda: run_shard(ShardReader(ours, **shard), records=RECORDS),
        },
        rounds=ROUNDS,
        units=RECORDS,
    )


def _latency(tables: dict[str, MappedTable]) -> dict[str, Figure]:
    chance, times_s = random.Random(7), {name: list[float]() for name in tables}
    for table in tables.values():
        table.latency_s("warm-up")
    for number in range(WRITES):
        for name, table in tables.items():
            time.sleep(chance.uniform(*IDLE_S))
            times_s[name].append(table.latency_s(f"item-{number}"))
    return {name: Figure.of(times) for name, times in times_s.items()}


def _memory() -> Sequence[int]:
    """Return a process's memory after some and after many records; a process of its own, which did nothing before."""
    answer = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)
    return [int(word) for word in answer.stdout.split()]


def _run_many() -> None:
    seen: list[int] = []

    def look(records: int) -> None:
        if records > SOME_RECORDS:
            seen.append(psutil.Process().memory_info().rss)

    run_shard(EndlessShard(ITEM_BYTES), records=MANY_RECORDS, looked_at=look)
    print(round(statistics.median(seen[:20])), max(seen))


if __name__ == "__main__":
    _run_many()
