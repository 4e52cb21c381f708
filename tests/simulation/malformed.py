"""Records that are no changes."""

from copy import deepcopy
from random import Random
from typing import Any


def malformed(record: dict[str, Any], rng: Random) -> tuple[object, str | None]:
    """Return a spoiled copy, and the event id that it still has."""
    spoiled = deepcopy(record)
    body = spoiled["dynamodb"]
    event_id: str | None = spoiled["eventID"]
    match rng.randrange(9):
        case 0:
            return "junk", None
        case 1:
            del body["Keys"]
        case 2:
            body["Keys"] = {"id": {"BOOL": True}}
        case 3:
            body["SequenceNumber"] = "not a number"
        case 4:
            body["SequenceNumber"] = "1" * 41
        case 5:
            body["Keys"]["id"] = {"Q": "?"}
        case 6:
            body.pop("NewImage", None)
            body.pop("OldImage", None)
            body["StreamViewType"] = "KEYS_ONLY"
        case 7:
            spoiled["eventSourceARN"] = "arn:aws:kinesis:us-east-1:123456789012:stream/other"
        case _:
            event_id = None
            del spoiled["eventID"]
    return spoiled, event_id
