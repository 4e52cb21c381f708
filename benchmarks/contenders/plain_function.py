"""A function as people write it: clients made as the module is read, then one call a record and sink."""

import json
import os
from typing import Any
from urllib.parse import urlsplit

import boto3
from boto3.dynamodb.types import TypeDeserializer
from opensearchpy import OpenSearch

_search = urlsplit(os.environ["FANOUT_SEARCH_ENDPOINT"])
search = OpenSearch(hosts=[{"host": _search.hostname, "port": _search.port}])
dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
s3 = boto3.client("s3")
logs = boto3.client("logs")
sockets = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["FANOUT_WEBSOCKET_ENDPOINT"])
deserialize = TypeDeserializer().deserialize


def handle(event: dict[str, Any], _context: object) -> None:
    """Bring each record to the four sinks."""
    for record in event["Records"]:
        document = record["dynamodb"]["Keys"]["id"]["S"]
        image = {name: deserialize(value) for name, value in record["dynamodb"]["NewImage"].items()}
        text = json.dumps(image, default=lambda value: sorted(value) if isinstance(value, set) else str(value))
        search.index(index="documents", id=document, body=text)
        sqs.send_message(
            QueueUrl=os.environ["FANOUT_ANALYSIS_QUEUE_URL"],
            MessageBody=text,
            MessageGroupId=document,
            MessageDeduplicationId=record["eventID"],
        )
        logs.put_log_events(
            logGroupName=os.environ["FANOUT_AUDIT_LOG_GROUP"],
            logStreamName="plain",
            logEvents=[{"timestamp": 1_767_322_800_000, "message": text}],
        )
        listeners = dynamodb.query(
            TableName=os.environ["FANOUT_SUBSCRIPTIONS_TABLE"],
            KeyConditionExpression="document_id = :document",
            ExpressionAttributeValues={":document": {"S": document}},
        )
        for listener in listeners["Items"]:
            sockets.post_to_connection(ConnectionId=listener["connection_id"]["S"], Data=text.encode())
