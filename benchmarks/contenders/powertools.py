"""Powertools' BatchProcessor, with its idempotency in DynamoDB around each sink's call, as its documentation shows.

See https://docs.aws.amazon.com/powertools/python/latest/utilities/batch/ and .../idempotency/ ("Batch integration").
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from benchmarks.contenders.clients import IDEMPOTENCY_TABLE, Clients
from benchmarks.contenders.handler import INVOCATION_S, Handler
from benchmarks.contenders.one_record import OneRecord


class _Context(LambdaContext):
    _function_name = "handler"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return int(INVOCATION_S * 1000)


def powertools_handler(services: Clients) -> Handler:
    """Return the handler."""
    one = OneRecord(services)
    persistence = DynamoDBPersistenceLayer(table_name=IDEMPOTENCY_TABLE, boto3_client=services.dynamodb)
    config = IdempotencyConfig(event_key_jmespath="eventID")
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams)
    context = _Context()

    def once(sink: Callable[[Mapping[str, Any]], None]) -> Callable[..., Any]:
        return cast(
            "Callable[..., Any]",
            idempotent_function(sink, data_keyword_argument="record", config=config, persistence_store=persistence),
        )

    sinks = [once(sink) for sink in (one.search_index, one.analysis_queue, one.websocket_notifier, one.audit_log)]

    def of_record(record: DynamoDBRecord) -> None:
        for sink in sinks:
            sink(record=record.raw_event)

    def handle(event: Mapping[str, Any]) -> Mapping[str, Any]:
        config.register_lambda_context(context)
        return cast(
            "Mapping[str, Any]",
            process_partial_response(
                event=cast("dict[str, Any]", event), record_handler=of_record, processor=processor, context=context
            ),
        )

    return handle
