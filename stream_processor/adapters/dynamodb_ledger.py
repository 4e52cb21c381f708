"""The delivery ledger in a DynamoDB table.

An entry: ``event_id`` (key), ``document_id``, ``standings`` (consumer -> ``{"s": state, "at": milliseconds}``) and
``expires_at``, the table's time to live. It stays under 1 KB for a dozen consumers, so a record costs one write
unit and, read consistently, one read unit.

An open breaker: ``event_id`` (``breaker#`` and the consumer), ``consumer``, ``opened_at``, ``reason``, ``probe_at``. It
is read in the same call as the entries. A closed breaker has no item.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from stream_processor.adapters.lanes import in_lanes
from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.deadline import Clock, Deadline
from stream_processor.delivery_state import LedgerEntry, Standing, State
from stream_processor.ports import LedgerUnavailableError, Recollection

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, WriteRequestOutputTypeDef, WriteRequestTypeDef

KEYS_A_READ = 100
"""Most keys of one BatchGetItem (DynamoDB API Reference)."""
ITEMS_A_WRITE = 25
"""Most items of one BatchWriteItem (DynamoDB API Reference)."""
CALLS_AT_ONCE = 16
"""So that a thousand records are written in three rounds of calls: the batch waits for each round."""
HOUR_S = 3600
LIFE_S = 26 * HOUR_S
"""The stream keeps a record for 24 h; after that no redelivery can come that an entry would spare."""
LASTING_LIFE_S = 30 * 24 * HOUR_S
"""Parked messages live 14 days, and a person may look for a dead letter some time after."""


class DynamoDbLedger:
    """Keeps the contracts of the ports `Ledger` and `BreakerBoard`."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Use `table` of `client`."""
        self._client = client
        self._table = table
        self._clock = clock

    def recall(self, event_ids: Sequence[str], consumers: Sequence[str], deadline: Deadline) -> Recollection:
        """Read entries and breakers consistently, 100 keys a call."""
        keys = dict.fromkeys([*event_ids, *(breaker_key(consumer) for consumer in consumers)])
        chunks = list(batched(keys, KEYS_A_READ, strict=False))
        try:
            answers = in_lanes(lambda chunk: list(self._read(chunk, deadline)), chunks, lanes=CALLS_AT_ONCE)
            items = [item for answer in answers for item in answer]
        except (ClientError, BotoCoreError) as error:
            raise LedgerUnavailableError(f"reading {self._table}: {error}") from error
        entries = [_entry(item) for item in items if "standings" in item]
        return Recollection(
            entries={entry.event_id: entry for entry in entries},
            open_breakers={item["consumer"]["S"]: _breaker(item) for item in items if "opened_at" in item},
        )

    def record(self, entries: Sequence[LedgerEntry], deadline: Deadline) -> None:
        """Write entries whole, 25 a call."""
        chunks = list(batched(entries, ITEMS_A_WRITE, strict=False))
        try:
            for _ in in_lanes(lambda chunk: self._write(chunk, deadline), chunks, lanes=CALLS_AT_ONCE):
                pass
        except (ClientError, BotoCoreError) as error:
            raise LedgerUnavailableError(f"writing {self._table}: {error}") from error

    def open_breaker(self, consumer: str, breaker: OpenBreaker) -> None:
        """Put the breaker's item, unless there is one: the time it was opened stays."""
        self._on_breaker(
            lambda: self._client.put_item(
                TableName=self._table,
                Item={
                    "event_id": {"S": breaker_key(consumer)},
                    "consumer": {"S": consumer},
                    "opened_at": {"N": str(breaker.opened_at_ms)},
                    "reason": {"S": breaker.reason},
                    "probe_at": {"N": str(breaker.probe_at_ms)},
                },
                ConditionExpression="attribute_not_exists(event_id)",
            )
        )

    def claim_probe(self, consumer: str, *, now_ms: int, next_probe_at_ms: int) -> bool:
        """Move the time of the next probe, if it has come: of several who try, one does it."""
        return self._on_breaker(
            lambda: self._client.update_item(
                TableName=self._table,
                Key={"event_id": {"S": breaker_key(consumer)}},
                UpdateExpression="SET probe_at = :next",
                ConditionExpression="probe_at <= :now",
                ExpressionAttributeValues={":next": {"N": str(next_probe_at_ms)}, ":now": {"N": str(now_ms)}},
            )
        )

    def close_breaker(self, consumer: str) -> None:
        """Delete the breaker's item."""
        self._on_breaker(
            lambda: self._client.delete_item(TableName=self._table, Key={"event_id": {"S": breaker_key(consumer)}})
        )

    def _on_breaker(self, call: Callable[[], object]) -> bool:
        """Return whether the call's condition held."""
        try:
            call()
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except (ClientError, BotoCoreError) as error:
            raise LedgerUnavailableError(f"a breaker in {self._table}: {error}") from error
        return True

    def _read(self, event_ids: Sequence[str], deadline: Deadline) -> "Iterator[Mapping[str, AttributeValueTypeDef]]":
        keys: Sequence[Mapping[str, AttributeValueTypeDef]] = [{"event_id": {"S": i}} for i in event_ids]
        while keys:
            self._check(deadline)
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            yield from answer["Responses"].get(self._table, [])
            keys = answer["UnprocessedKeys"].get(self._table, {"Keys": []})["Keys"]

    def _write(self, entries: Sequence[LedgerEntry], deadline: Deadline) -> None:
        requests: Sequence[WriteRequestTypeDef | WriteRequestOutputTypeDef] = [
            {"PutRequest": {"Item": _item(entry, self._clock.now_ms() // 1000)}} for entry in entries
        ]
        while requests:
            self._check(deadline)
            answer = self._client.batch_write_item(RequestItems={self._table: requests})
            requests = answer["UnprocessedItems"].get(self._table, [])

    def _check(self, deadline: Deadline) -> None:
        if deadline.passed():
            raise LedgerUnavailableError(f"{self._table} did not take or give everything in time")


def _item(entry: LedgerEntry, now_s: int) -> "dict[str, AttributeValueTypeDef]":
    life_s = LASTING_LIFE_S if entry.lasting() else LIFE_S
    return {
        "event_id": {"S": entry.event_id},
        "document_id": {"S": entry.document_id},
        "standings": {
            "M": {
                consumer: {"M": {"s": {"S": standing.state.value}, "at": {"N": str(standing.at_ms)}}}
                for consumer, standing in entry.standings.items()
            }
        },
        "expires_at": {"N": str(now_s + life_s)},
    }


def _entry(item: "Mapping[str, AttributeValueTypeDef]") -> LedgerEntry:
    return LedgerEntry(
        event_id=item["event_id"]["S"],
        document_id=item["document_id"]["S"],
        standings={
            consumer: Standing(state=State(standing["M"]["s"]["S"]), at_ms=int(standing["M"]["at"]["N"]))
            for consumer, standing in item["standings"]["M"].items()
        },
    )


def breaker_key(consumer: str) -> str:
    """Return the key of a consumer's breaker: no event id has a ``#`` at that place."""
    return f"breaker#{consumer}"


def _breaker(item: "Mapping[str, AttributeValueTypeDef]") -> OpenBreaker:
    return OpenBreaker(
        opened_at_ms=int(item["opened_at"]["N"]),
        reason=item["reason"]["S"],
        probe_at_ms=int(item["probe_at"]["N"]),
    )
