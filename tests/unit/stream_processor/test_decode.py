"""Records into changes; what is no record of ours is kept whole with the reason."""

from decimal import Decimal
from typing import Any

import pytest

from stream_processor.change import BadRecord, Change, EventName
from stream_processor.decode import decode_event, decode_record
from stream_processor.errors import ConfigurationError
from tests.records import STREAM_LABEL, event, record


def decoded(raw: dict[str, Any]) -> Change:
    change = decode_record(raw)
    assert isinstance(change, Change)
    return change


def test_a_record_carries_both_images_keys_and_order() -> None:
    """Every part of a record is found in its change."""
    raw = record(7, document="a b", old={"n": {"N": "1"}}, new={"n": {"N": "2"}})
    change = decoded(raw)
    assert change.event_name is EventName.MODIFY
    assert change.document_id == "a%20b"
    assert change.old_image == {"id": "a b", "n": Decimal(1)}
    assert change.new_image == {"id": "a b", "n": Decimal(2)}
    assert str(change.order_key) == f"{STREAM_LABEL}/{10**24 + 7:040d}"
    assert change.sequence_number_text == str(10**24 + 7)
    assert change.record is raw


def test_a_deletion_by_time_to_live_is_known() -> None:
    """The identity that DynamoDB puts on its own deletions is decoded."""
    raw = record(1, old={}) | {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}}
    assert decoded(raw).expired
    assert not decoded(record(1, old={})).expired


def test_order_keys_compare_as_numbers_within_a_stream_and_by_label_across() -> None:
    """A longer sequence number is later than a shorter one, and a later stream later than both; so are their texts."""
    short, long = record(1), record(2)
    short["dynamodb"]["SequenceNumber"], long["dynamodb"]["SequenceNumber"] = "9" * 21, "1" + "0" * 21
    restored = record(0, label="2026-05-05T00:00:00.000")
    restored["dynamodb"]["SequenceNumber"] = "1"
    in_order = [decoded(raw).order_key for raw in (short, long, restored)]
    assert sorted(in_order) == in_order
    assert sorted(in_order, key=str) == in_order


def without(raw: dict[str, Any], part: str) -> dict[str, Any]:
    del raw["dynamodb"][part]
    return raw


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("text", "a JSON object, not str"),
        (None, "not NoneType"),
        ({}, "eventSource is None"),
        (record(1) | {"eventSource": "aws:kinesis"}, "aws:kinesis"),
        (record(1) | {"eventID": ""}, "no eventID"),
        (record(1) | {"eventName": "UPSERT"}, "'UPSERT'"),
        (record(1) | {"dynamodb": None}, "no dynamodb part"),
        (record(1) | {"eventSourceARN": "arn:aws:sqs:us-east-1:1:q"}, "not the ARN of a table's stream"),
        (without(record(1), "Keys"), "not NoneType"),
        (without(record(1), "SequenceNumber"), "SequenceNumber is None"),
        (without(record(1), "NewImage"), "no NewImage"),
        (without(record(1, old={}, new={}), "OldImage"), "the stream must carry NEW_AND_OLD_IMAGES"),
        (record(1, new={"x": {"Q": "1"}}), "NewImage: attribute 'x': unknown type tag 'Q'"),
    ],
)
def test_a_record_that_is_no_change_is_kept_whole_with_the_reason(raw: object, reason: str) -> None:
    """A bad record never raises: it comes back as it was, with what is wrong."""
    bad = decode_record(raw)
    assert isinstance(bad, BadRecord)
    assert bad.record is raw
    assert reason in bad.reason


@pytest.mark.parametrize("number", ["", "-1", "12a", "1" * 41, "١", 12, None])
def test_a_malformed_sequence_number_makes_a_bad_record_that_cannot_be_named(number: object) -> None:
    """Whatever stands where the sequence number should, the batch goes on."""
    raw = record(1)
    raw["dynamodb"]["SequenceNumber"] = number
    bad = decode_record(raw)
    assert isinstance(bad, BadRecord)
    assert bad.sequence_number_text is None


def test_one_bad_record_leaves_the_rest_of_the_batch() -> None:
    """The others are decoded in their order, and a repeated record stands once."""
    batch = decode_event(event(record(1), "junk", record(2), record(1)))
    assert [change.event_id for change in batch.changes] == [f"{1:032x}", f"{2:032x}"]
    assert len(batch.bad_records) == 1
    assert batch.repeated == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({}, "no list of Records"),
        (None, "no list of Records"),
        ({"Records": [{"eventSource": "aws:sqs"}]}, "aws:sqs"),
    ],
)
def test_an_event_of_another_kind_is_a_configuration_error(wrong: object, why: str) -> None:
    """A function connected to something else says so instead of dead-lettering everything."""
    with pytest.raises(ConfigurationError, match=why):
        decode_event(wrong)


def test_an_empty_batch_is_empty() -> None:
    """No records are no changes and no error."""
    assert decode_event({"Records": []}).changes == ()
