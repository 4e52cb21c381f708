"""The table of leases and checkpoints: one item a shard of a mapping."""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from fanout_local.event_source_mapping.leases import Lease
from fanout_local.event_source_mapping.position import NotAPositionError, position_of, text_of
from fanout_local.event_source_mapping.runner.refusals import NOT_FOUND, code_of

VERSION = 1
"""Of the items' form."""
KEY = (("mapping_id", "HASH"), ("shard_id", "RANGE"))
KEPT_S = 7 * 24 * 60 * 60
"""How long an item outlives its last write: seven times what a stream keeps."""
CONDITION_FAILED = "ConditionalCheckFailedException"
IN_USE = "ResourceInUseException"


class StateTableError(Exception):
    """The table cannot be used; says why and what to do about it."""


@dataclass(slots=True)
class MappingLeases:
    """What the table holds of one mapping."""

    leases: dict[str, Lease] = field(default_factory=dict)
    """By shard."""
    unreadable: str = ""
    """Why the mapping cannot be served: another version wrote its items."""


class StateTable:
    """Every write of a lease is on the condition that the table still holds the one it follows."""

    def __init__(self, dynamodb: Any, name: str) -> None:
        """`dynamodb`: boto3's client."""
        self._dynamodb = dynamodb
        self._name = name

    def ensure(self) -> None:
        """Make the table if there is none.

        Raises StateTableError when there is another one of that name, botocore's errors when it cannot be made or
        looked at.
        """
        try:
            table = self._dynamodb.describe_table(TableName=self._name)["Table"]
        except ClientError as error:
            if code_of(error) != NOT_FOUND:
                raise
            table = self._create()
        key = tuple((part["AttributeName"], part["KeyType"]) for part in table["KeySchema"])
        if key != KEY:
            raise StateTableError(
                f"The table {self._name!r} is not this runner's: its key is {dict(key)}, not {dict(KEY)}. "
                "Delete it (positions are lost), or name another with --state-table."
            )

    def read_all(self) -> dict[str, MappingLeases]:
        """Return everything, by mapping, strongly consistent. Raises botocore's errors."""
        found: dict[str, MappingLeases] = {}
        for item in self._items():
            mapping = found.setdefault(item["mapping_id"]["S"], MappingLeases())
            try:
                lease = _lease(item)
            except (KeyError, ValueError) as error:
                mapping.unreadable = (
                    f"The state table {self._name!r} holds a position that this version cannot read ({error}). "
                    "Delete the mapping's items there to begin at its starting position."
                )
            else:
                mapping.leases[lease.shard_id] = lease
        return found

    def add(self, mapping_id: str, lease: Lease) -> bool:
        """Write a shard's first lease; tell whether there was none."""
        return self._put(mapping_id, lease, "attribute_not_exists(mapping_id)", {})

    def replace(self, mapping_id: str, old: Lease, new: Lease) -> bool:
        """Write a lease; tell whether the table still held the old one (by its counter, which every write raises)."""
        return self._put(mapping_id, new, "lease_counter = :counter", {":counter": {"N": str(old.counter)}})

    def forget(self, mapping_id: str, lease: Lease) -> None:
        """Delete a lease, if the table still holds it."""
        try:
            self._dynamodb.delete_item(
                TableName=self._name,
                Key=_key(mapping_id, lease.shard_id),
                ConditionExpression="lease_counter = :counter",
                ExpressionAttributeValues={":counter": {"N": str(lease.counter)}},
            )
        except ClientError as error:
            if code_of(error) != CONDITION_FAILED:
                raise

    def forget_mapping(self, mapping_id: str, shard_ids: Mapping[str, object]) -> None:
        """Delete all of a mapping that is no more, whoever holds it."""
        for shard_id in shard_ids:
            self._dynamodb.delete_item(TableName=self._name, Key=_key(mapping_id, shard_id))

    def _create(self) -> dict[str, Any]:
        try:
            self._dynamodb.create_table(
                TableName=self._name,
                KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in KEY],
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in KEY],
                BillingMode="PAY_PER_REQUEST",
            )
        except ClientError as error:
            if code_of(error) != IN_USE:
                raise
        self._dynamodb.get_waiter("table_exists").wait(
            TableName=self._name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
        # Refused when another runner did it. Left-over items are small; that they go by themselves is a convenience.
        with suppress(ClientError):
            self._dynamodb.update_time_to_live(
                TableName=self._name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
            )
        table: dict[str, Any] = self._dynamodb.describe_table(TableName=self._name)["Table"]
        return table

    def _items(self) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            page = self._dynamodb.scan(TableName=self._name, ConsistentRead=True, **start)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _put(self, mapping_id: str, lease: Lease, condition: str, values: dict[str, Any]) -> bool:
        item = {
            **_key(mapping_id, lease.shard_id),
            "version": {"N": str(VERSION)},
            "position": {"S": text_of(lease.position)},
            "lease_counter": {"N": str(lease.counter)},
            "expires_at": {"N": str(int(time.time()) + KEPT_S)},
        }
        if lease.owner is not None:
            item["lease_owner"] = {"S": lease.owner}
        expected = {"ExpressionAttributeValues": values} if values else {}
        try:
            self._dynamodb.put_item(TableName=self._name, Item=item, ConditionExpression=condition, **expected)
        except ClientError as error:
            if code_of(error) == CONDITION_FAILED:
                return False
            raise
        return True


def _key(mapping_id: str, shard_id: str) -> dict[str, dict[str, str]]:
    return {"mapping_id": {"S": mapping_id}, "shard_id": {"S": shard_id}}


def _lease(item: Mapping[str, Mapping[str, str]]) -> Lease:
    """Raises KeyError, ValueError or NotAPositionError (a ValueError) for an item of another form."""
    version = item["version"]["N"]
    if version != str(VERSION):
        raise NotAPositionError(f"it was written by version {version} of the runner, this is version {VERSION}")
    owner = item.get("lease_owner")
    return Lease(
        shard_id=item["shard_id"]["S"],
        position=position_of(item["position"]["S"]),
        owner=owner["S"] if owner else None,
        counter=int(item["lease_counter"]["N"]),
    )
