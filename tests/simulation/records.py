"""Stream records, as Lambda hands them over."""

from typing import Any

SECRET, MASKED = "secret", "email"
"""Attributes that the projection of one consumer hides or masks."""


def image(document: str, version: int) -> dict[str, Any]:
    """Return a document's item, typed."""
    return {
        "id": {"S": document},
        "version": {"N": str(version)},
        SECRET: {"S": f"hidden {version}"},
        MASKED: {"S": f"{document}@example.org"},
    }


def stream_record(
    *,
    number: int,
    event_id: str,
    label: str,
    document: str,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    at_s: float,
) -> dict[str, Any]:
    """Return a record; which images there are says what happened."""
    body: dict[str, Any] = {
        "ApproximateCreationDateTime": float(int(at_s)),
        "Keys": {"id": {"S": document}},
        "SequenceNumber": str(number),
        "SizeBytes": 200,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if new is not None:
        body["NewImage"] = new
    if old is not None:
        body["OldImage"] = old
    return {
        "eventID": event_id,
        "eventName": "REMOVE" if new is None else "INSERT" if old is None else "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": f"arn:aws:dynamodb:us-east-1:123456789012:table/documents/stream/{label}",
        "dynamodb": body,
    }
