"""The clients that a contender works with, and the names of what is behind them."""

from typing import Any

LEDGER_TABLE = "delivery-ledger"
IDEMPOTENCY_TABLE = "idempotency"
SUBSCRIPTIONS_TABLE = "subscriptions"
DOCUMENTS_TABLE = "documents"
INDEX = "documents"
LOG_GROUP, LOG_STREAM = "/fanout/audit", "one"
BUCKET = "failures"


class Clients:
    """Clients as boto3 and opensearch-py make them, or others that have their methods: hence `Any`."""

    search: Any
    sqs: Any
    retry_sqs: Any
    sockets: Any
    logs: Any
    dynamodb: Any
    s3: Any
    analysis_queue_url: str
