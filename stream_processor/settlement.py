"""Unsettled changes into the answer that Lambda's event source mapping wants. Pure."""

from collections.abc import Collection
from typing import TypedDict

WHOLE_BATCH = ""
"""An item identifier that names no record: Lambda takes the whole batch for failed."""


class BatchItemFailure(TypedDict):
    """One failed record, by its sequence number as the stream wrote it."""

    itemIdentifier: str


class BatchAnswer(TypedDict):
    """A partial batch response (AWS Lambda Developer Guide, "Reporting batch item failures" for DynamoDB)."""

    batchItemFailures: list[BatchItemFailure]


def settle(unsettled: Collection[str | None]) -> BatchAnswer:
    """Return the answer that moves the checkpoint right before the lowest unsettled record (I2).

    All records of a batch come from one shard of one stream, so their sequence numbers, as integers, are their
    order. Everything from the lowest one on comes again, so naming more than that one would change nothing.

    Args:
        unsettled: the sequence number of each unsettled record as the stream wrote it; None for one that has none.
            Such a record cannot be named, so the whole batch is failed.

    """
    if not unsettled:
        return {"batchItemFailures": []}
    named = [number for number in unsettled if number is not None]
    lowest = min(named, key=int) if len(named) == len(unsettled) else WHOLE_BATCH
    return {"batchItemFailures": [{"itemIdentifier": lowest}]}
