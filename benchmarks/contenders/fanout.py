"""Fanout itself: the real core, consumers, ledger and retry queues, over the given clients."""

from typing import Any

from benchmarks.contenders.clients import (
    BUCKET,
    DOCUMENTS_TABLE,
    INDEX,
    LEDGER_TABLE,
    LOG_GROUP,
    SUBSCRIPTIONS_TABLE,
    Clients,
)
from benchmarks.contenders.handler import INVOCATION_S, Handler
from benchmarks.in_memory import CLOCK, PATIENCE_S, RESERVE_S
from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.consumer import AnalysisQueue
from consumers.audit_log.consumer import AuditLog
from consumers.search_index.consumer import SearchIndex
from consumers.websocket_notifier.consumer import WebsocketNotifier
from consumers.websocket_notifier.frame_store import FrameStore
from consumers.websocket_notifier.posts import Posts
from consumers.websocket_notifier.subscriptions import Subscriptions
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.adapters.dynamodb_ledger import DynamoDbLedger
from stream_processor.adapters.s3_failures_bucket import S3FailuresBucket
from stream_processor.adapters.sqs_retry_queue import SqsRetryQueue
from stream_processor.adapters.threads import ThreadExecutor
from stream_processor.circuit_breaker import BreakerPolicy, Judge
from stream_processor.consumer import Consumer
from stream_processor.deadline import Deadline
from stream_processor.delivery import Delivery
from stream_processor.fan_out import FanOut, Surroundings
from stream_processor.processing import StreamProcessor
from stream_processor.projection import Projection
from stream_processor.putting_away import PuttingAway


def consumers(services: Clients) -> list[Consumer]:
    """Return the four consumers."""
    return [
        SearchIndex(
            services.search,
            table=DocumentsTable(services.dynamodb, DOCUMENTS_TABLE),
            projection=Projection(),
            alias=INDEX,
            gzip=False,
        ),
        AnalysisQueue(services.sqs, services.analysis_queue_url, Claims(services.s3, BUCKET)),
        WebsocketNotifier(
            Subscriptions(services.dynamodb, SUBSCRIPTIONS_TABLE),
            FrameStore(services.s3, BUCKET),
            Posts(services.sockets),
        ),
        AuditLog(services.logs, LOG_GROUP),
    ]


def fanout_handler(services: Clients) -> Handler:
    """Return the stream function, as `stream_processor.bootstrap` composes it."""
    processor = stream_processor(services)

    def handle(event: Any) -> Any:
        answer, _ = processor.process(event, Deadline.after(INVOCATION_S, CLOCK))
        return answer

    return handle


def stream_processor(services: Clients) -> StreamProcessor:
    """Return what the stream function runs."""
    made = consumers(services)
    names = [consumer.name for consumer in made]
    ledger = DynamoDbLedger(services.dynamodb, LEDGER_TABLE, CLOCK)
    queues = {
        name: SqsRetryQueue(services.retry_sqs, f"https://sqs/retry-{name}", services.s3, BUCKET) for name in names
    }
    return StreamProcessor(
        consumers=names,
        ledger=ledger,
        delivery=Delivery(
            fan_out=FanOut(
                made,
                patience_s=dict.fromkeys(names, PATIENCE_S),
                surroundings=Surroundings(executor=ThreadExecutor(), clock=CLOCK, chance=lambda: 0.0),
            ),
            projections={},
            breakers=ledger,
            judge=Judge(policy=BreakerPolicy()),
            clock=CLOCK,
        ),
        putting_away=PuttingAway(retry_queues=queues, failures=S3FailuresBucket(services.s3, BUCKET), clock=CLOCK),
        clock=CLOCK,
        reserve_s=RESERVE_S,
    )
