"""Events of a documents table's stream, of a chosen size, always the same."""

import random
from typing import Any

STREAM_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/documents/stream/2026-01-02T03:04:05.678"
WORDS = ("ship", "river", "letter", "garden", "winter", "music", "paper", "stone", "light", "market")


def stream_event(*, records: int, record_bytes: int) -> dict[str, Any]:
    """Return an event of `records` edits whose records weigh about `record_bytes` each, both images together."""
    chance = random.Random(7)
    return {"Records": [_record(number, record_bytes, chance) for number in range(records)]}


def _record(number: int, record_bytes: int, chance: random.Random) -> dict[str, Any]:
    keys = {"id": {"S": f"document-{number}"}}
    old, new = (_image(keys, version, record_bytes // 2, chance) for version in (1, 2))
    return {
        "eventID": f"{number:032x}",
        "eventName": "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": STREAM_ARN,
        "dynamodb": {
            "ApproximateCreationDateTime": 1767322800.0,
            "Keys": keys,
            "NewImage": new,
            "OldImage": old,
            "SequenceNumber": str(10**24 + number),
            "SizeBytes": record_bytes,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def _image(keys: dict[str, Any], version: int, image_bytes: int, chance: random.Random) -> dict[str, Any]:
    """Return a document as applications keep them: some short attributes, and a body that makes up the size."""
    image = {
        **keys,
        "title": {"S": " ".join(chance.choices(WORDS, k=3))},
        "version": {"N": str(version)},
        "author": {"S": "ada"},
        "tags": {"SS": chance.sample(WORDS, k=2)},
        "meta": {"M": {"draft": {"BOOL": True}, "size": {"N": "12.5"}}},
    }
    body = " ".join(chance.choices(WORDS, k=image_bytes // 6 + 1))
    image["body"] = {"S": body[: max(1, image_bytes - 90)]}
    return image
