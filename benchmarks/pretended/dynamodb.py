"""DynamoDB: tables of a few items, as far as ledgers and subscriptions use it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from benchmarks.pretended.errors import ConditionalCheckFailedException, client_error
from benchmarks.pretended.toll import Toll

type Item = Mapping[str, Any]
FAR_AHEAD_S = "9999999999"


class PretendedDynamoDb:
    """Ledgers' tables, with one key attribute, a string; and the table of subscriptions.

    A conditional put is taken as "only if there is no item", the one condition that the ledgers put.
    """

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionalCheckFailedException)

    def __init__(self, toll: Toll, has_listener: Callable[[str], bool] = lambda _: True) -> None:
        """Charge `toll`; `has_listener` says of a document's id whether somebody listens to it (one client, if so)."""
        self._toll = toll
        self._has_listener = has_listener
        self._tables: dict[str, dict[str, Item]] = defaultdict(dict)

    def stored(self, table: str, key: Item) -> Item:
        """Return an item as it lies there; empty if there is none."""
        return self._tables[table].get(_key(key), {})

    def get_item(self, *, TableName: str, Key: Item, **_: Any) -> dict[str, Any]:  # noqa: N803
        """Read one item."""
        self._toll.pay()
        item = self._tables[TableName].get(_key(Key))
        return {} if item is None else {"Item": item}

    def put_item(self, *, TableName: str, Item: Item, ConditionExpression: str = "", **_: Any) -> None:  # noqa: N803
        """Write one item whole."""
        self._toll.pay()
        if ConditionExpression and _key(Item) in self._tables[TableName]:
            raise client_error("ConditionalCheckFailedException", 400)
        self._tables[TableName][_key(Item)] = Item

    def update_item(
        self,
        *,
        TableName: str,  # noqa: N803
        Key: Item,  # noqa: N803
        UpdateExpression: str,  # noqa: N803
        ExpressionAttributeNames: Mapping[str, str],  # noqa: N803
        ExpressionAttributeValues: Item,  # noqa: N803
        **_: Any,
    ) -> None:
        """Set attributes of one item: ``SET #name = :value, ...``."""
        self._toll.pay()
        table = self._tables[TableName]
        pairs = [pair.split(" = ") for pair in UpdateExpression.removeprefix("SET ").split(", ")]
        changed = {ExpressionAttributeNames[name]: ExpressionAttributeValues[value] for name, value in pairs}
        table[_key(Key)] = {**table.get(_key(Key), Key), **changed}

    def delete_item(self, *, TableName: str, Key: Item) -> None:  # noqa: N803
        """Delete one item."""
        self._toll.pay()
        self._tables[TableName].pop(_key(Key), None)

    def batch_get_item(self, *, RequestItems: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Read up to 100 items."""
        self._toll.pay()
        found = {table: list(self._found(table, request["Keys"])) for table, request in RequestItems.items()}
        return {"Responses": found, "UnprocessedKeys": {}}

    def _found(self, table: str, keys: Sequence[Item]) -> Iterator[Item]:
        for key in keys:
            if "connection_id" in key:
                if self._has_listener(key["document_id"]["S"]):
                    yield {**key, "expires_at": {"N": FAR_AHEAD_S}}
            elif item := self._tables[table].get(_key(key)):
                yield item

    def batch_write_item(self, *, RequestItems: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:  # noqa: N803
        """Write up to 25 items whole."""
        self._toll.pay()
        for table, requests in RequestItems.items():
            for request in requests:
                item = request["PutRequest"]["Item"]
                self._tables[table][_key(item)] = item
        return {"UnprocessedItems": {}}

    def get_paginator(self, operation: str) -> "PretendedDynamoDb":
        """Return what pages the one operation that is paged: Query."""
        if operation != "query":
            raise AssertionError(operation)
        return self

    def paginate(self, *, ExpressionAttributeValues: Item, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        """Yield the only page: who listens to a document."""
        self._toll.pay()
        document_id = ExpressionAttributeValues[":document"]["S"]
        listener = {"connection_id": {"S": f"listener-to-{document_id}"}}
        yield {"Items": [listener] if self._has_listener(document_id) else []}


def _key(key_or_item: Item) -> str:
    name = "event_id" if "event_id" in key_or_item else "id"
    return str(key_or_item[name]["S"])
