"""Every fake runs the suite that the real thing runs; the real ones are integration tests."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

import pytest

from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.dynamodb_ledger import DynamoDbLedger
from stream_processor.adapters.s3_failures_bucket import PREFIX, S3FailuresBucket
from stream_processor.adapters.sqs_retry_queue import SqsRetryQueue
from stream_processor.adapters.threads import SystemClock
from stream_processor.ports import BreakerBoard, FailuresBucket, Ledger, RetryQueue
from stream_processor.undelivered import Undelivered
from tests.fakes import FakeLedger, FakeStore

KINDS = ["fake", pytest.param("real", marks=pytest.mark.integration)]


class LedgerAndBoard(Ledger, BreakerBoard, Protocol):
    """The ledger's adapter keeps both contracts."""


@pytest.fixture(params=KINDS)
def ledger(request: pytest.FixtureRequest) -> LedgerAndBoard:
    """An empty ledger."""
    if request.param == "fake":
        return FakeLedger()
    aws: AwsClients = request.getfixturevalue("aws")
    table = f"ledger-{uuid4().hex}"
    aws.dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "event_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "event_id", "KeyType": "HASH"}],
    )
    return DynamoDbLedger(aws.dynamodb, table, SystemClock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Store[Port]:
    """A place for undelivered changes, and how to look into it from the outside."""

    port: Port
    contents: Callable[[], Sequence[Undelivered]]


@pytest.fixture(scope="session")
def failures_bucket_name(aws: AwsClients) -> str:
    """A bucket for the session."""
    name = f"failures-{uuid4().hex}"
    aws.s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(params=KINDS)
def retry_queue(request: pytest.FixtureRequest) -> Store[RetryQueue]:
    """An empty retry queue."""
    if request.param == "fake":
        fake = FakeStore()
        return Store(port=fake, contents=lambda: fake.items)
    aws: AwsClients = request.getfixturevalue("aws")
    url = aws.sqs.create_queue(QueueName=f"retry-{uuid4().hex}")["QueueUrl"]
    queue = SqsRetryQueue(aws.sqs, url, aws.s3, request.getfixturevalue("failures_bucket_name"))

    def contents() -> Iterator[Undelivered]:
        while messages := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                yield queue.read(message["Body"])

    return Store(port=queue, contents=lambda: list(contents()))


@pytest.fixture(params=KINDS)
def failures(request: pytest.FixtureRequest) -> Store[FailuresBucket]:
    """An empty failures bucket."""
    if request.param == "fake":
        fake = FakeStore()
        return Store(port=fake, contents=lambda: fake.items)
    aws: AwsClients = request.getfixturevalue("aws")
    bucket = f"failures-{uuid4().hex}"
    aws.s3.create_bucket(Bucket=bucket)

    def contents() -> Iterator[Undelivered]:
        pages = aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{PREFIX}/")
        for page in pages:
            for item in page.get("Contents", []):
                body = aws.s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
                yield Undelivered.from_json(json.loads(body))

    return Store(port=S3FailuresBucket(aws.s3, bucket), contents=lambda: list(contents()))
