"""What a handler that takes one record at a time does with it: one call for each sink, as tutorials write it."""

import json
import time
from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from benchmarks.contenders.clients import INDEX, LOG_GROUP, LOG_STREAM, SUBSCRIPTIONS_TABLE, Clients

deserialize = TypeDeserializer().deserialize


class OneRecord:
    """One call to one sink for one record, for each of the four. Each raises what the client raises."""

    def __init__(self, services: Clients) -> None:
        """Use these clients."""
        self._services = services

    def search_index(self, record: Mapping[str, Any]) -> None:
        """Index the new image under the document's id, or delete it."""
        image = _image(record)
        if image is None:
            self._services.search.delete(index=INDEX, id=_document(record))
        else:
            self._services.search.index(index=INDEX, id=_document(record), body=image)

    def analysis_queue(self, record: Mapping[str, Any]) -> None:
        """Queue the new image."""
        self._services.sqs.send_message(
            QueueUrl=self._services.analysis_queue_url,
            MessageBody=json.dumps(_image(record), default=str),
            MessageGroupId=_document(record),
            MessageDeduplicationId=record["eventID"],
        )

    def websocket_notifier(self, record: Mapping[str, Any]) -> None:
        """Post the new image to those who listen."""
        document = _document(record)
        frame = json.dumps({"document": document, "image": _image(record)}, default=str).encode()
        pages = self._services.dynamodb.get_paginator("query").paginate(
            TableName=SUBSCRIPTIONS_TABLE,
            KeyConditionExpression="document_id = :document",
            ExpressionAttributeValues={":document": {"S": document}},
        )
        for page in pages:
            for item in page["Items"]:
                self._services.sockets.post_to_connection(ConnectionId=item["connection_id"]["S"], Data=frame)

    def audit_log(self, record: Mapping[str, Any]) -> None:
        """Log what happened."""
        message = {"document_id": _document(record), "event": record["eventName"], "image": _image(record)}
        self._services.logs.put_log_events(
            logGroupName=LOG_GROUP,
            logStreamName=LOG_STREAM,
            logEvents=[{"timestamp": time.time_ns() // 1_000_000, "message": json.dumps(message, default=str)}],
        )


def _document(record: Mapping[str, Any]) -> str:
    return str(record["dynamodb"]["Keys"]["id"]["S"])


def _image(record: Mapping[str, Any]) -> dict[str, Any] | None:
    raw = record["dynamodb"].get("NewImage")
    return None if raw is None else {name: _plain(deserialize(value)) for name, value in raw.items()}


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set) else value
