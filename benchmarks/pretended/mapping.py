"""An event source mapping: batches out of a shard, and what Lambda does with the answers.

As in AWS Lambda's documentation for DynamoDB streams, with ReportBatchItemFailures and BisectBatchOnFunctionError.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.contenders.handler import Handler

BATCH_SIZE = 100
ATTEMPTS = 10
"""MaximumRetryAttempts; a batch that was bisected has as many again."""

type Record = Mapping[str, Any]


@dataclass(slots=True)
class Shard:
    """What becomes of the records of one shard.

    Attributes:
        goes_on: whether there is still time.
        invocations: so far.
        given_up: records that went to the on-failure destination.

    """

    handler: Handler
    goes_on: Callable[[], bool] = lambda: True
    invocations: int = 0
    given_up: list[Record] = field(default_factory=list)

    def deliver(self, records: Sequence[Record], *, batch_size: int = BATCH_SIZE) -> None:
        """Deliver all records, in batches and in order, until each is settled or given up."""
        for begin in range(0, len(records), batch_size):
            self._deliver_batch(records[begin : begin + batch_size])

    def _deliver_batch(self, batch: Sequence[Record]) -> None:
        parts = [(batch, 0)]
        while parts and self.goes_on():
            part, failures = parts.pop(0)
            done = self._invoke(part)
            rest = part[done:]
            if not rest:
                continue
            failures = 1 if done else failures + 1
            if not done and len(rest) > 1:
                middle = (len(rest) + 1) // 2
                parts[:0] = [(rest[:middle], 0), (rest[middle:], 0)]
            elif failures > ATTEMPTS:
                self.given_up += rest
            else:
                parts.insert(0, (rest, failures))

    def _invoke(self, part: Sequence[Record]) -> int:
        """Return how many records from the beginning on are settled."""
        self.invocations += 1
        try:
            answer = self.handler({"Records": list(part)})
        except Exception:  # noqa: BLE001 - whatever a function raises fails its batch
            return 0
        failed = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", [])}
        numbers = [record["dynamodb"]["SequenceNumber"] for record in part]
        if not failed:
            return len(part)
        return min(map(numbers.index, failed)) if failed <= set(numbers) else 0
