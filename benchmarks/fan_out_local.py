"""The same contenders as in `fan_out`, with real clients, against the local stack's real engines.

Nobody listens to a document here. A call costs its client's processor time, and the engines share the machine, so that
the figures say what a laptop sees; they carry no goal.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from opensearchpy import OpenSearch, Urllib3HttpConnection

from benchmarks.contenders.clients import (
    BUCKET,
    IDEMPOTENCY_TABLE,
    LEDGER_TABLE,
    LOG_GROUP,
    LOG_STREAM,
    SUBSCRIPTIONS_TABLE,
    Clients,
)
from benchmarks.contenders.handler import FANOUT, Handler
from benchmarks.fan_out import BASELINE_RECORDS, HANDLERS, RECORD_BYTES, ROUNDS
from benchmarks.measuring import Figure
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Verdict
from consumers.search_index.index import create_index
from fanout_local.stack import running_stack
from fanout_local.state import StackState

BATCHES = (100, 1_000)
KEYS = {
    LEDGER_TABLE: ("event_id",),
    IDEMPOTENCY_TABLE: ("id",),
    SUBSCRIPTIONS_TABLE: ("document_id", "connection_id"),
}


class RealClients(Clients):
    """Real clients of a local stack, and what they need there."""

    def __init__(self, stack: StackState) -> None:
        """Make clients, tables, queues, bucket, log group and index. DynamoDB is asked itself, as the functions do."""
        session: Any = boto3.session.Session("test", "test", region_name=stack.region)

        def client(service: str, endpoint: str = stack.endpoints.aws) -> Any:
            return session.client(service, endpoint_url=endpoint)

        self.search = OpenSearch(hosts=[stack.endpoints.opensearch], connection_class=Urllib3HttpConnection)
        self.sqs = self.retry_sqs = client("sqs")
        self.logs, self.s3, self.sockets = client("logs"), client("s3"), client("apigatewaymanagementapi")
        self.dynamodb = client("dynamodb", stack.endpoints.dynamodb)
        create_index(self.search, "documents")
        for table, keys in KEYS.items():
            self.dynamodb.create_table(
                TableName=table,
                BillingMode="PAY_PER_REQUEST",
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
            )
        self.s3.create_bucket(Bucket=BUCKET)
        self.logs.create_log_group(logGroupName=LOG_GROUP)
        self.logs.create_log_stream(logGroupName=LOG_GROUP, logStreamName=LOG_STREAM)
        made = self.sqs.create_queue(QueueName="analysis.fifo", Attributes={"FifoQueue": "true"})
        self.analysis_queue_url = made["QueueUrl"]


def run() -> Verdict:
    """Measure batches of 100 and 1,000 records of 2 KB, and the baselines."""
    with _clients() as clients:
        figures = {
            f"{FANOUT}, batches of {records:,}": _measure(HANDLERS[FANOUT](clients), records, ROUNDS[FANOUT])
            for records in BATCHES
        }
        figures |= {
            name: _measure(make(clients), BASELINE_RECORDS, ROUNDS[name])
            for name, make in HANDLERS.items()
            if name != FANOUT
        }
    ours = [name for name in figures if name.startswith(FANOUT)]
    return Verdict(
        name="fan_out_local",
        question="time of a record with real clients against the local stack",
        unit="record",
        figures={"records of 2 KB": figures},
        ratios={
            f"{name} / {own}": figures[name].median_s / figures[own].median_s
            for own in ours
            for name in figures
            if name not in ours
        },
    )


@contextmanager
def _clients() -> Iterator[RealClients]:
    with running_stack(instance="bench", fresh=True) as stack:
        yield RealClients(stack)


def _measure(handle: Handler, records: int, rounds: int) -> Figure:
    """Return the wall time of a record, after one round of warming up. Each round has records of its own."""
    return Figure.of([_invoke(handle, records, number) / records for number in range(rounds + 1)][1:])


def _invoke(handle: Handler, records: int, number: int) -> float:
    event = stream_event(records=records, record_bytes=RECORD_BYTES)
    for position, record in enumerate(event["Records"]):
        record["eventID"] = f"{time.time_ns():x}-{number}-{position}"
    begin_s = time.perf_counter()
    answer = handle(event)
    passed_s = time.perf_counter() - begin_s
    if answer.get("batchItemFailures"):
        raise AssertionError(f"not all is settled: {answer}")
    return passed_s
