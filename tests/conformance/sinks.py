"""Every consumer beside its real sink, and how the sink is looked at from the outside."""

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import uuid4

from consumers.registry import build_consumer
from consumers.search_index.client import open_search
from consumers.search_index.index import create_index
from consumers.websocket_notifier.subscriptions import Subscriptions
from fanout_local.state import StackState
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change
from stream_processor.consumer import Consumer
from stream_processor.environment import Environment
from tests.conformance.cutting_proxy import CuttingProxy, cutting_proxy
from tests.fakes import FakeConsumer

type Newest = Mapping[str, str]
"""Document id -> the newest order key, as text, that whoever reads the sink as documented takes for the truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """A consumer and its sink.

    Attributes:
        expects: tells the sink of the documents that a test is about, before they are delivered.
        newest: what the sink holds of the documents it was ever told, folded as its readers fold it.
        proxy: between the two, where there is a network between them.

    """

    consumer: Consumer
    newest: Callable[[], Newest]
    expects: Callable[[list[Change]], None] = lambda _: None
    proxy: CuttingProxy | None = None


@contextmanager
def fake(_: StackState | None) -> Iterator[Sink]:
    """The consumer of the unit tests."""
    consumer = FakeConsumer("fake")
    yield Sink(consumer=consumer, newest=lambda: _fold((c.document_id, str(c.order_key)) for c in consumer.given))


@contextmanager
def search_index(stack: StackState) -> Iterator[Sink]:
    """OpenSearch, tombstones included."""
    alias = f"documents-{uuid4().hex}"
    client = open_search(stack.endpoints.opensearch)
    create_index(client, alias)

    def newest() -> Newest:
        client.indices.refresh(index=f"{alias}-v1")
        hits = client.search(index=f"{alias}-v1", body={"size": 10_000}, params={"_source_includes": "order_key"})
        return {hit["_id"]: hit["_source"]["order_key"] for hit in hits["hits"]["hits"]}

    with _proxy_to(stack.endpoints.opensearch) as proxy:
        variables = {
            "FANOUT_SEARCH_ENDPOINT": proxy.url,
            "FANOUT_SEARCH_INDEX": alias,
            "FANOUT_SEARCH_AUTH": "none",
            "FANOUT_DOCUMENTS_TABLE": "documents",
        }
        yield Sink(consumer=_build("search_index", variables), newest=newest, proxy=proxy)
    client.indices.delete(index=f"{alias}-v1")


@contextmanager
def analysis_queue(stack: StackState) -> Iterator[Sink]:
    """SQS FIFO, read as the worker reads it: the newest of each document counts."""
    aws = AwsClients(read_timeout_s=60)
    bucket = f"claims-{uuid4().hex}"
    aws.s3.create_bucket(Bucket=bucket)
    url = aws.sqs.create_queue(
        QueueName=f"{uuid4().hex}.fifo",
        Attributes={"FifoQueue": "true", "MaximumMessageSize": str(1024 * 1024), "VisibilityTimeout": "600"},
    )["QueueUrl"]
    seen: list[tuple[str, str]] = []

    def newest() -> Newest:
        while messages := aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            bodies = [json.loads(message["Body"]) for message in messages]
            seen.extend((body["document_id"], body["order_key"]) for body in bodies)
            aws.sqs.delete_message_batch(
                QueueUrl=url,
                Entries=[{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)],
            )
        return _fold(seen)

    with _proxy_to(stack.endpoints.aws) as proxy:
        variables = {"FANOUT_ANALYSIS_QUEUE_URL": proxy.url + urlsplit(url).path, "FANOUT_CLAIMS_BUCKET": bucket}
        yield Sink(consumer=_build("analysis_queue", variables, proxy), newest=newest, proxy=proxy)


@contextmanager
def audit_log(stack: StackState) -> Iterator[Sink]:
    """CloudWatch Logs, folded by event id."""
    aws = AwsClients(read_timeout_s=60)
    group = f"/test/{uuid4().hex}"
    aws.logs.create_log_group(logGroupName=group)

    def newest() -> Newest:
        pages = aws.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        events = {
            content["event_id"]: (content["document_id"], content["order_key"])
            for page in pages
            for content in (json.loads(event["message"]) for event in page["events"])
        }
        return _fold(events.values())

    with _proxy_to(stack.endpoints.aws) as proxy:
        yield Sink(consumer=_build("audit_log", {"FANOUT_AUDIT_LOG_GROUP": group}, proxy), newest=newest, proxy=proxy)


@contextmanager
def websocket_notifier(stack: StackState) -> Iterator[Sink]:
    """One client that listens to every document and drops what is not newer than what it has."""
    aws = AwsClients(read_timeout_s=60)
    table, bucket = f"subscriptions-{uuid4().hex}", f"frames-{uuid4().hex}"
    aws.s3.create_bucket(Bucket=bucket)
    aws.dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("document_id", "connection_id")
        ],
        KeySchema=[
            {"AttributeName": "document_id", "KeyType": "HASH"},
            {"AttributeName": "connection_id", "KeyType": "RANGE"},
        ],
    )
    client = _Client()
    with _served(client) as port, cutting_proxy("127.0.0.1", port) as proxy:
        variables = {
            "FANOUT_SUBSCRIPTIONS_TABLE": table,
            "FANOUT_FRAMES_BUCKET": bucket,
            "FANOUT_WEBSOCKET_ENDPOINT": f"{proxy.url}/local",
        }
        consumer = _build("websocket_notifier", variables)

        def expects(changes: list[Change]) -> None:
            subscriptions = Subscriptions(aws.dynamodb, table)
            for document_id in {change.document_id for change in changes}:
                subscriptions.subscribe(document_id, "client=", time.time_ns() // 1_000_000)

        yield Sink(consumer=consumer, newest=lambda: _fold(client.frames), expects=expects, proxy=proxy)


class _Client:
    def __init__(self) -> None:
        self.frames: list[tuple[str, str]] = []

    def take(self, frame: Mapping[str, object]) -> None:
        if "fetch" in frame:
            fetch = frame["fetch"]
            assert isinstance(fetch, dict)
            with urlopen(fetch["url"], timeout=30) as answer:
                assert len(answer.read()) == fetch["bytes"]
        self.frames.append((str(frame["document"]), str(frame["order_key"])))


@contextmanager
def _served(client: _Client) -> Iterator[int]:
    """Serve @connections for `client` on a port of its own."""

    class Connections(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            client.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Connections)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def _proxy_to(url: str) -> AbstractContextManager[CuttingProxy]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return cutting_proxy(parts.hostname, parts.port)


def _build(name: str, variables: Mapping[str, str], aws_through: CuttingProxy | None = None) -> Consumer:
    """Build a consumer as the functions do; `aws_through`: its AWS calls take that way."""
    direct = os.environ["AWS_ENDPOINT_URL"]
    if aws_through:
        os.environ["AWS_ENDPOINT_URL"] = aws_through.url
    try:
        return build_consumer(name, Environment(variables), AwsClients(read_timeout_s=30))
    finally:
        os.environ["AWS_ENDPOINT_URL"] = direct


def _fold(changes: Iterable[tuple[str, str]]) -> Newest:
    newest: dict[str, str] = {}
    for document_id, order_key in changes:
        newest[document_id] = max(order_key, newest.get(document_id, ""))
    return newest
