"""The table of analyses: one item a document, only ever replaced by that of a newer change."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from consumers.analysis_queue.analyzer import Analysis, Analyzer
from consumers.analysis_queue.message import AnalysisMessage

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TOMBSTONE_DAYS = 30
"""How long a deletion is remembered: longer than a change can lie in the stream and the queues (1 + 14 + 14 days)."""
KEYS_A_READ = 100
"""Most keys of one BatchGetItem (DynamoDB API Reference)."""
NEWER = "attribute_not_exists(order_key) OR order_key < :order_key"

_serialize = TypeSerializer().serialize


class Results:
    """The table; key: document_id.

    ==============  ==============================================================================
    document_id     the key
    order_key       of the change that this is about; as text, greater is newer
    event_id        of that change
    written_at_ms   the writer's time, where the document has one
    analyzed_at_ms  when the result was stored
    analyzer        {name, version}
    analysis        the fields of `consumers.analysis_queue.analyzer.Analysis`
    deleted         true: the document is gone. There is no analysis then, and expires_at (TTL) is set
    ==============  ==============================================================================

    A deletion leaves this tombstone, or an older change that arrives late would bring the analysis back.
    Calls raise botocore's ClientError or BotoCoreError, which the caller takes for "not stored".
    """

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        """Take the table."""
        self._dynamodb = dynamodb
        self._table = table

    def known(self, document_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the order keys that the table has of these documents, at most `KEYS_A_READ`, as far as it answers."""
        answer = self._dynamodb.batch_get_item(
            RequestItems={
                self._table: {
                    "Keys": [{"document_id": {"S": document_id}} for document_id in document_ids],
                    "ProjectionExpression": "document_id, order_key",
                    "ConsistentRead": True,
                }
            }
        )
        return {item["document_id"]["S"]: item["order_key"]["S"] for item in answer["Responses"].get(self._table, [])}

    def store(self, message: AnalysisMessage, analysis: Analysis, analyzer: Analyzer, now_ms: int) -> bool:
        """Store an analysis; return False, and change nothing, if the table knows this change or a newer one."""
        return self._put(
            message,
            now_ms,
            {"analyzer": {"name": analyzer.name, "version": analyzer.version}, "analysis": asdict(analysis)},
        )

    def delete(self, message: AnalysisMessage, now_ms: int) -> bool:
        """Put a tombstone in the analysis' place; return as `store`."""
        expires_at_s = now_ms // 1000 + TOMBSTONE_DAYS * 24 * 3600
        return self._put(message, now_ms, {"deleted": True, "expires_at": expires_at_s})

    def _put(self, message: AnalysisMessage, now_ms: int, fields: dict[str, Any]) -> bool:
        item = {
            "document_id": message.document_id,
            "order_key": message.order_key,
            "event_id": message.event_id,
            "analyzed_at_ms": now_ms,
            **fields,
        }
        if message.written_at_ms is not None:
            item["written_at_ms"] = message.written_at_ms
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item={name: _serialize(value) for name, value in item.items()},
                ConditionExpression=NEWER,
                ExpressionAttributeValues={":order_key": {"S": message.order_key}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True
