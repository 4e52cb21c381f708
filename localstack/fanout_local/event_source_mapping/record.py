"""A stream's record into the form in which the function gets it. Pure.

Source: AWS Lambda Developer Guide, "Example DynamoDB Streams record event", and recordings: creation times are seconds
with a fraction, binary values base64 text, and the user identity's names begin in lower case.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast


@dataclass(frozen=True, slots=True)
class Record:
    """One record, held until it is done."""

    ordinal: int
    """Its place among all records that this state machine read."""
    sequence_number: str
    created_ms: int
    read_ms: int
    item: int
    """A number that all records of one item share."""
    encoded: bytes
    """As JSON, for the event."""


type Document = dict[str, object]


def event_record(raw: Mapping[str, object], *, region: str, stream_arn: str) -> Document:
    """Return one entry of the event's Records; binary values and times may still be Python's."""
    body = cast("Mapping[str, object]", raw["dynamodb"])
    created_s = _created_s(body)
    record: Document = {
        "eventID": raw["eventID"],
        "eventName": raw["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": region,
        "dynamodb": body if created_s is None else {**body, "ApproximateCreationDateTime": created_s},
    }
    identity = raw.get("userIdentity")
    if isinstance(identity, Mapping) and identity:
        record["userIdentity"] = {name[:1].lower() + name[1:]: value for name, value in identity.items()}
    record["eventSourceARN"] = stream_arn
    return record


def encode(record: Document) -> bytes:
    """Return the record as JSON."""
    return _encoder.encode(record).encode()


def sequence_number_of(raw: Mapping[str, object]) -> str:
    """Return the record's sequence number as the stream wrote it."""
    return cast("str", cast("Mapping[str, object]", raw["dynamodb"])["SequenceNumber"])


def created_ms_of(raw: Mapping[str, object], otherwise_ms: int) -> int:
    """Return when the record was made, as exactly as the stream tells it; it may tell nothing."""
    created_s = _created_s(cast("Mapping[str, object]", raw["dynamodb"]))
    return otherwise_ms if created_s is None else round(created_s * 1000)


def item_of(raw: Mapping[str, object]) -> int:
    """Return a number made of the item's whole key: partition and sort key."""
    keys = cast("Mapping[str, object]", raw["dynamodb"]).get("Keys")
    return zlib.crc32(_key_encoder.encode(keys).encode())


def _created_s(body: Mapping[str, object]) -> float | None:
    created = body.get("ApproximateCreationDateTime")
    if isinstance(created, datetime):
        return created.timestamp()
    return float(created) if isinstance(created, int | float | str) else None


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"A stream's record holds {type(value).__name__}, which no API answer does.")


_encoder = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=_plain)
_key_encoder = json.JSONEncoder(sort_keys=True, default=_plain)
