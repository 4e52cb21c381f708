"""What does idempotency cost at DynamoDB for four consumers, counted from the calls?"""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.capacity_units import read_units, write_units
from benchmarks.contenders.clients import LEDGER_TABLE
from benchmarks.contenders.fanout import fanout_handler
from benchmarks.contenders.handler import FANOUT, POWERTOOLS
from benchmarks.contenders.powertools import powertools_handler
from benchmarks.pretended.dynamodb import PretendedDynamoDb
from benchmarks.pretended.services import Services, Tolls
from benchmarks.pretended.toll import Toll
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Goal, Verdict

RECORDS = 1_000
RECORD_BYTES = 2_000
WRITES, READS, BREAKERS = "write units a record", "read units a record", "read units a batch, for breakers"
BREAKER = "breaker#"


class CountingDynamoDb(PretendedDynamoDb):
    """Counts the units of the ledgers' calls."""

    def __init__(self) -> None:
        """Begin at nothing."""
        super().__init__(Toll(), has_listener=lambda _: False)
        self.write_units = 0
        self.read_units = 0.0
        self.breaker_read_units = 0.0

    def put_item(self, *, TableName: str, Item: Mapping[str, Any], ConditionExpression: str = "", **_: Any) -> None:  # noqa: N803
        """Count, and write."""
        self.write_units += write_units(Item)
        super().put_item(TableName=TableName, Item=Item, ConditionExpression=ConditionExpression)

    def update_item(self, *, TableName: str, Key: Mapping[str, Any], **how: Any) -> None:  # noqa: N803
        """Write, and count: an update costs what the whole item weighs then."""
        super().update_item(TableName=TableName, Key=Key, **how)
        self.write_units += write_units(self.stored(TableName, Key))

    def batch_get_item(self, *, RequestItems: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        """Count, and read."""
        request = RequestItems.get(LEDGER_TABLE, {"Keys": []})
        for key in request["Keys"]:
            units = read_units(self.stored(LEDGER_TABLE, key) or None, consistent=request["ConsistentRead"])
            if key["event_id"]["S"].startswith(BREAKER):
                self.breaker_read_units += units
            else:
                self.read_units += units
        return super().batch_get_item(RequestItems=RequestItems)

    def batch_write_item(self, *, RequestItems: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:  # noqa: N803
        """Count, and write."""
        requests = RequestItems[LEDGER_TABLE]
        self.write_units += sum(write_units(request["PutRequest"]["Item"]) for request in requests)
        return super().batch_write_item(RequestItems=RequestItems)


def run() -> Verdict:
    """Count what 1,000 new records cost."""
    costs: dict[str, dict[str, float]] = {WRITES: {}, READS: {}, BREAKERS: {}}
    for name, make in ((FANOUT, fanout_handler), (POWERTOOLS, powertools_handler)):
        services = Services(Tolls())
        services.dynamodb = dynamodb = CountingDynamoDb()
        answer = make(services)(stream_event(records=RECORDS, record_bytes=RECORD_BYTES))
        if answer["batchItemFailures"]:
            raise AssertionError(f"not all is settled: {answer}")
        costs[WRITES][name] = dynamodb.write_units / RECORDS
        costs[READS][name] = dynamodb.read_units / RECORDS
        costs[BREAKERS][name] = dynamodb.breaker_read_units
    return Verdict(
        name="ledger_cost",
        question="DynamoDB units of a new record for four consumers, from the items in the calls",
        observed=costs,
        goals={f"{what}: {FANOUT}": Goal(most=1) for what in (WRITES, READS)},
    )
