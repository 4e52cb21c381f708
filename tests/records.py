"""Stream records as Lambda hands them over, for tests."""

from collections.abc import Mapping
from typing import Any

STREAM_LABEL = "2026-01-02T03:04:05.678"
STREAM_ARN = f"arn:aws:dynamodb:us-east-1:123456789012:table/documents/stream/{STREAM_LABEL}"

type TypedImage = Mapping[str, Mapping[str, Any]]


def record(
    number: int,
    *,
    document: str = "a",
    old: TypedImage | None = None,
    new: TypedImage | None = None,
    label: str = STREAM_LABEL,
) -> dict[str, Any]:
    """Return the record of a change: INSERT, MODIFY or REMOVE by which images there are (none given: an INSERT)."""
    keys = {"id": {"S": document}}
    if old is None and new is None:
        new = {"title": {"S": f"title {number}"}}
    event_name = "MODIFY" if old is not None and new is not None else "INSERT" if old is None else "REMOVE"
    body: dict[str, Any] = {
        "ApproximateCreationDateTime": 1767322800.0 + number,
        "Keys": keys,
        "SequenceNumber": str(10**24 + number),
        "SizeBytes": 100,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if new is not None:
        body["NewImage"] = {**keys, **new}
    if old is not None:
        body["OldImage"] = {**keys, **old}
    return {
        "eventID": f"{number:032x}",
        "eventName": event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": STREAM_ARN.replace(STREAM_LABEL, label),
        "dynamodb": body,
    }


def event(*records: object) -> dict[str, Any]:
    """Return the event of a batch."""
    return {"Records": list(records)}
