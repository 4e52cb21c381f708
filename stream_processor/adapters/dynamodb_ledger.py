"""The delivery ledger in a DynamoDB table.

An item: ``event_id`` (key), ``document_id``, ``standings`` (consumer -> ``{"s": state, "at": milliseconds}``) and
``expires_at``, the table's time to live. It stays under 1 KB for a dozen consumers, so a record costs one write
unit and, read consistently, one read unit.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from stream_processor.adapters.lanes import in_lanes
from stream_processor.deadline import Clock, Deadline
from stream_processor.delivery_state import LedgerEntry, Standing, State
from stream_processor.ports import LedgerUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, WriteRequestOutputTypeDef, WriteRequestTypeDef

KEYS_A_READ = 100
"""Most keys of one BatchGetItem (DynamoDB API Reference)."""
ITEMS_A_WRITE = 25
"""Most items of one BatchWriteItem (DynamoDB API Reference)."""
HOUR_S = 3600
LIFE_S = 26 * HOUR_S
"""The stream keeps a record for 24 h; after that no redelivery can come that an entry would spare."""
LASTING_LIFE_S = 30 * 24 * HOUR_S
"""Parked messages live 14 days, and a person may look for a dead letter some time after."""


class DynamoDbLedger:
    """Keeps the `Ledger` port's contract."""

    def __init__(self, client: "DynamoDBClient", table: str, clock: Clock) -> None:
        """Use `table` of `client`."""
        self._client = client
        self._table = table
        self._clock = clock

    def recall(self, event_ids: Sequence[str], deadline: Deadline) -> Mapping[str, LedgerEntry]:
        """Read entries consistently, 100 keys a call."""
        chunks = list(batched(dict.fromkeys(event_ids), KEYS_A_READ, strict=False))
        try:
            return {
                entry.event_id: entry
                for entries in in_lanes(lambda chunk: list(self._read(chunk, deadline)), chunks)
                for entry in entries
            }
        except (ClientError, BotoCoreError) as error:
            raise LedgerUnavailableError(f"reading {self._table}: {error}") from error

    def record(self, entries: Sequence[LedgerEntry], deadline: Deadline) -> None:
        """Write entries whole, 25 a call."""
        chunks = list(batched(entries, ITEMS_A_WRITE, strict=False))
        try:
            for _ in in_lanes(lambda chunk: self._write(chunk, deadline), chunks):
                pass
        except (ClientError, BotoCoreError) as error:
            raise LedgerUnavailableError(f"writing {self._table}: {error}") from error

    def _read(self, event_ids: Sequence[str], deadline: Deadline) -> Iterator[LedgerEntry]:
        keys: Sequence[Mapping[str, AttributeValueTypeDef]] = [{"event_id": {"S": i}} for i in event_ids]
        while keys:
            self._check(deadline)
            answer = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
            for item in answer["Responses"].get(self._table, []):
                yield _entry(item)
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
