"""The event that the function gets."""

import json
from datetime import UTC, datetime
from typing import Any

from mapping_world import START_MS, STREAM, World, raw_record, settings


def _event_of(raw: dict[str, Any]) -> Any:
    world = World(settings())
    world.records.append((START_MS, raw))
    world.run()
    return world.invocations[0].event


def test_a_record_has_the_fields_of_lambdas_event() -> None:
    """Region and stream are the mapping's, whatever the engine says; the time is in seconds."""
    assert _event_of(raw_record(1, "a")) == {
        "Records": [
            {
                "eventID": "event-1",
                "eventName": "INSERT",
                "eventVersion": "1.1",
                "eventSource": "aws:dynamodb",
                "awsRegion": "eu-west-1",
                "dynamodb": {
                    "ApproximateCreationDateTime": START_MS / 1000,
                    "Keys": {"id": {"S": "a"}},
                    "NewImage": {"id": {"S": "a"}, "number": {"N": "1"}, "text": {"S": ""}},
                    "SequenceNumber": "900000000000000000001",
                    "SizeBytes": 10,
                    "StreamViewType": "NEW_AND_OLD_IMAGES",
                },
                "eventSourceARN": STREAM,
            }
        ]
    }


def test_creation_times_are_floats() -> None:
    """Also whole seconds."""
    raw = raw_record(1)
    raw["dynamodb"]["ApproximateCreationDateTime"] = 1_700_000_000
    world = World(settings())
    world.records.append((START_MS, raw))
    world.run()
    assert b'"ApproximateCreationDateTime":1700000000.0' in world.invocations[0].command.payload


def test_botocores_forms_become_the_wires() -> None:
    """A datetime becomes seconds, bytes become base64 text, wherever they are."""
    raw = raw_record(1)
    raw["dynamodb"]["ApproximateCreationDateTime"] = datetime.fromtimestamp(START_MS / 1000, UTC)
    raw["dynamodb"]["NewImage"]["blob"] = {"B": b"\x00\xff"}
    raw["dynamodb"]["NewImage"]["blobs"] = {"BS": [b"a", b"b"]}
    body = _event_of(raw)["Records"][0]["dynamodb"]
    assert body["ApproximateCreationDateTime"] == START_MS / 1000
    assert body["NewImage"]["blob"] == {"B": "AP8="}
    assert body["NewImage"]["blobs"] == {"BS": ["YQ==", "Yg=="]}


def test_a_ttl_delete_carries_its_user_identity() -> None:
    """In the event its names begin in lower case."""
    raw = raw_record(1, event="REMOVE")
    raw["userIdentity"] = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    record = _event_of(raw)["Records"][0]
    assert record["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


def test_texts_of_every_script_arrive_as_they_are() -> None:
    """The payload is UTF-8."""
    text = 'žluťoučký "kůň" 馬 🐎 \u2028 \\'
    assert _event_of(raw_record(1, text=text))["Records"][0]["dynamodb"]["NewImage"]["text"]["S"] == text


def test_a_record_without_a_creation_time_is_as_old_as_its_reading() -> None:
    """The stream need not tell it."""
    raw = raw_record(1)
    del raw["dynamodb"]["ApproximateCreationDateTime"]
    world = World(settings(maximum_record_age_ms=60_000))
    world.records.append((START_MS, raw))
    world.run()
    assert json.loads(world.invocations[0].command.payload)["Records"][0]["eventID"] == "event-1"
