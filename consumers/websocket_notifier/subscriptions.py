"""Who listens to which document: one item for each pair, in a table of its own.

An item: ``document_id`` (hash key), ``connection_id`` (range key), ``expires_at`` (time to live). The index
``by_connection`` turns the keys round.

Beside a document's subscriptions lies its sign, an item whose connection id is ``#`` and the document id: somebody
listens, or did so at most 3 hours ago. 100 signs are read by one call, where asking for subscriptions takes a call for
each document. In the index the signs spread over as many keys as there are documents.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, WriteRequestOutputTypeDef, WriteRequestTypeDef

LIFE_S = 3 * 3600
"""API Gateway ends a connection after 2 h; a subscription whose $disconnect was lost goes an hour later."""
BY_CONNECTION = "by_connection"
ITEMS_A_WRITE = 25
"""Most items of one BatchWriteItem (DynamoDB API Reference)."""
KEYS_A_READ = 100
"""Most keys of one BatchGetItem (DynamoDB API Reference)."""
WRITE_ROUNDS = 5
"""How often what BatchWriteItem left over is tried."""
SIGN = "#"
AFTER_SIGNS = "$"
"""Sorts after every sign, and before every connection id: those are base64."""


class LeftOverError(BotoCoreError):
    """DynamoDB did not take all of a batch, again and again: it is throttled."""

    fmt = "{count} items were left over by BatchWriteItem"


class Subscriptions:
    """The table. Every method may be repeated; calls raise botocore's ClientError or BotoCoreError."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        """Use `table` of `dynamodb`."""
        self._dynamodb = dynamodb
        self._table = table

    def subscribe(self, document_id: str, connection_id: str, now_ms: int) -> None:
        """Add a subscription, or let it live on."""
        expires_at: AttributeValueTypeDef = {"N": str(now_ms // 1000 + LIFE_S)}
        keys = (_key(document_id, connection_id), _sign(document_id))
        self._write([{"PutRequest": {"Item": {**key, "expires_at": expires_at}}} for key in keys])

    def unsubscribe(self, document_id: str, connection_id: str) -> None:
        """Take a subscription away, if there is one."""
        self._dynamodb.delete_item(TableName=self._table, Key=_key(document_id, connection_id))

    def remove_connection(self, connection_id: str) -> None:
        """Take all subscriptions of a connection away, as far as the index knows them by now."""
        for documents in batched(self._documents_of(connection_id), ITEMS_A_WRITE, strict=False):
            self._write([{"DeleteRequest": {"Key": _key(document, connection_id)}} for document in documents])

    def maybe_listened_to(self, document_ids: Sequence[str], now_ms: int) -> Collection[str]:
        """Return those of at most `KEYS_A_READ` documents that somebody may listen to; nobody listens to the others."""
        answer = self._dynamodb.batch_get_item(
            RequestItems={
                self._table: {
                    "Keys": [_sign(document_id) for document_id in document_ids],
                    "ConsistentRead": True,
                    "ProjectionExpression": "document_id, expires_at",
                }
            }
        )
        signs = answer["Responses"].get(self._table, [])
        unread = answer["UnprocessedKeys"].get(self._table, {"Keys": []})["Keys"]
        return {
            *(sign["document_id"]["S"] for sign in signs if int(sign["expires_at"]["N"]) > now_ms // 1000),
            *(str(key["document_id"]["S"]) for key in unread),
        }

    def connections_of(self, document_id: str, now_ms: int) -> Sequence[str]:
        """Return who listens to a document: everybody whose subscription was confirmed before this call."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="document_id = :document AND connection_id > :signs",
            FilterExpression="expires_at > :now",  # DynamoDB takes up to some days to delete what has expired
            ProjectionExpression="connection_id",
            ExpressionAttributeValues={
                ":document": {"S": document_id},
                ":signs": {"S": AFTER_SIGNS},
                ":now": {"N": str(now_ms // 1000)},
            },
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

    def _write(self, requests: "Sequence[WriteRequestTypeDef | WriteRequestOutputTypeDef]") -> None:
        for _ in range(WRITE_ROUNDS):
            answer = self._dynamodb.batch_write_item(RequestItems={self._table: requests})
            requests = answer["UnprocessedItems"].get(self._table, [])
            if not requests:
                return
        raise LeftOverError(count=len(requests))


def _key(document_id: str, connection_id: str) -> "dict[str, AttributeValueTypeDef]":
    return {"document_id": {"S": document_id}, "connection_id": {"S": connection_id}}


def _sign(document_id: str) -> "dict[str, AttributeValueTypeDef]":
    return _key(document_id, f"{SIGN}{document_id}")
