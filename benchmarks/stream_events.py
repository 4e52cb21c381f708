"""Events of a documents table's stream, of a chosen size, always the same."""

import random
from typing import Any

STREAM_ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/documents/stream/2026-01-02T03:04:05.678"
WRITTEN_AT_MS = 1_767_322_800_000
WORDS = ("ship", "river", "letter", "garden", "winter", "music", "paper", "stone", "light", "market")
PEOPLE = ("ada", "grace", "edsger", "barbara", "tony")
EDIT_MOVES = 3
"""Words that an edit replaces."""


def stream_event(*, records: int, record_bytes: int) -> dict[str, Any]:
    """Return an event of `records` edits whose records weigh about `record_bytes` each, both images together."""
    chance = random.Random(7)
    return {"Records": [_record(number, record_bytes, chance) for number in range(records)]}


def _record(number: int, record_bytes: int, chance: random.Random) -> dict[str, Any]:
    keys = {"id": {"S": f"document-{number}"}}
    old = {**keys, **_document(record_bytes // 2, chance)}
    new = {**old, **_edit(old, chance)}
    return {
        "eventID": f"{chance.getrandbits(128):032x}",
        "eventName": "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "eventSourceARN": STREAM_ARN,
        "dynamodb": {
            "ApproximateCreationDateTime": WRITTEN_AT_MS / 1000 + number // 100,
            "Keys": keys,
            "NewImage": new,
            "OldImage": old,
            "SequenceNumber": str(10**24 + number),
            "SizeBytes": record_bytes,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }


def _document(image_bytes: int, chance: random.Random) -> dict[str, Any]:
    """Return a document as the demonstration writes them; its body makes up the size."""
    body = " ".join(chance.choices(WORDS, k=image_bytes // 6 + 1))
    return {
        "title": {"S": " ".join(chance.choices(WORDS, k=3))},
        "body": {"S": body[: max(1, image_bytes - 250)]},
        "tags": {"SS": chance.sample(WORDS, k=2)},
        "author": {"S": chance.choice(PEOPLE)},
        "edited_by": {"S": chance.choice(PEOPLE)},
        "version": {"N": str(chance.randrange(1, 200))},
        "written_at_ms": {"N": str(WRITTEN_AT_MS - chance.randrange(10**9))},
        "expires_at": {"N": str(WRITTEN_AT_MS // 1000 + chance.randrange(10**7))},
        "meta": {"M": {"draft": {"BOOL": True}, "words": {"N": str(chance.randrange(1000))}}},
    }


def _edit(old: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return what an edit of a document leaves in its place: some other words, a new version, time and editor."""
    words = old["body"]["S"].split(" ")
    for place in chance.choices(range(len(words)), k=EDIT_MOVES):
        words[place] = chance.choice([word for word in WORDS if word != words[place]])
    return {
        "body": {"S": " ".join(words)},
        "edited_by": {"S": chance.choice(PEOPLE)},
        "version": {"N": str(int(old["version"]["N"]) + 1)},
        "written_at_ms": {"N": str(int(old["written_at_ms"]["N"]) + chance.randrange(10**6))},
    }
