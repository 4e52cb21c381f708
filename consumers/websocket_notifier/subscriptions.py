"""Who listens to which document: one item for each pair, in a table of its own.

An item: ``document_id`` (hash key), ``connection_id`` (range key), ``expires_at`` (time to live). The index
``by_connection`` turns the keys round.
"""

from collections.abc import Iterator, Sequence
from itertools import batched
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, WriteRequestOutputTypeDef, WriteRequestTypeDef

LIFE_S = 3 * 3600
"""API Gateway ends a connection after 2 h; a subscription whose $disconnect was lost goes an hour later."""
BY_CONNECTION = "by_connection"
ITEMS_A_WRITE = 25
"""Most items of one BatchWriteItem (DynamoDB API Reference)."""
WRITE_ROUNDS = 5
"""How often what BatchWriteItem left over is tried; what is left then expires by itself."""


class Subscriptions:
    """The table. Every method may be repeated; calls raise botocore's ClientError or BotoCoreError."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        """Use `table` of `dynamodb`."""
        self._dynamodb = dynamodb
        self._table = table

    def subscribe(self, document_id: str, connection_id: str, now_ms: int) -> None:
        """Add a subscription, or let it live on."""
        expires_at_s = now_ms // 1000 + LIFE_S
        self._dynamodb.put_item(
            TableName=self._table, Item={**_key(document_id, connection_id), "expires_at": {"N": str(expires_at_s)}}
        )

    def unsubscribe(self, document_id: str, connection_id: str) -> None:
        """Take a subscription away, if there is one."""
        self._dynamodb.delete_item(TableName=self._table, Key=_key(document_id, connection_id))

    def remove_connection(self, connection_id: str) -> None:
        """Take all subscriptions of a connection away, as far as the index knows them by now."""
        for documents in batched(self._documents_of(connection_id), ITEMS_A_WRITE, strict=False):
            self._delete(documents, connection_id)

    def connections_of(self, document_id: str, now_ms: int) -> Sequence[str]:
        """Return who listens to a document: everybody whose subscription was confirmed before this call."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="document_id = :document",
            FilterExpression="expires_at > :now",  # DynamoDB takes up to some days to delete what has expired
            ProjectionExpression="connection_id",
            ExpressionAttributeValues={":document": {"S": document_id}, ":now": {"N": str(now_ms // 1000)}},
        )
        return [item["connection_id"]["S"] for page in pages for item in page["Items"]]

    def _documents_of(self, connection_id: str) -> Iterator[str]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=BY_CONNECTION,
            KeyConditionExpression="connection_id = :connection",
            ExpressionAttributeValues={":connection": {"S": connection_id}},
        )
        return (item["document_id"]["S"] for page in pages for item in page["Items"])

    def _delete(self, document_ids: Sequence[str], connection_id: str) -> None:
        requests: Sequence[WriteRequestTypeDef | WriteRequestOutputTypeDef] = [
            {"DeleteRequest": {"Key": _key(document_id, connection_id)}} for document_id in document_ids
        ]
        for _ in range(WRITE_ROUNDS):
            answer = self._dynamodb.batch_write_item(RequestItems={self._table: requests})
            requests = answer["UnprocessedItems"].get(self._table, [])
            if not requests:
                return


def _key(document_id: str, connection_id: str) -> "dict[str, AttributeValueTypeDef]":
    return {"document_id": {"S": document_id}, "connection_id": {"S": connection_id}}
