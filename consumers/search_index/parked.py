"""Which documents have a parked change for search, as the delivery ledger knows."""

from typing import TYPE_CHECKING

from stream_processor.delivery_state import State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONSUMER = "search_index"


class ParkedChanges:
    """Reads the ledger table whole: only an audit that found differences asks."""

    def __init__(self, client: "DynamoDBClient", ledger_table: str) -> None:
        """Read `ledger_table`."""
        self._client = client
        self._table = ledger_table

    def among(self, document_ids: frozenset[str]) -> frozenset[str]:
        """Return those of `document_ids` that have a change that is parked and not yet delivered."""
        parked: dict[str, str] = {}
        ended: set[str] = set()
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            ProjectionExpression="event_id, document_id, standings.#consumer",
            ExpressionAttributeNames={"#consumer": CONSUMER},
        )
        for page in pages:
            for item in page["Items"]:
                document_id = item.get("document_id", {}).get("S")
                standing = item.get("standings", {}).get("M", {}).get(CONSUMER)
                if standing is None or document_id not in document_ids:
                    continue
                event_id, _, of_worker = item["event_id"]["S"].partition("#")
                if of_worker:
                    ended.add(event_id)
                elif standing["M"]["s"]["S"] == State.PARKED:
                    parked[event_id] = document_id
        return frozenset(document_id for event_id, document_id in parked.items() if event_id not in ended)
