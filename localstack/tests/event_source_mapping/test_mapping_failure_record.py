"""What the on-failure destination gets, and what happens when it does not take it."""

import json
import re
from typing import Any

import pytest
from mapping_world import FUNCTION, QUEUE, SHARD, START_MS, STREAM, World, after, fails_on, raw_record, settings

from fanout_local.event_source_mapping.commands import Metric
from fanout_local.event_source_mapping.failure_record import FailureRecord, notification, s3_key, s3_object

MAPPING = "6a0f1c3e-0000-4000-8000-000000000001"


def _given_up(**changes: Any) -> World:
    world = World(settings(destination_arn=QUEUE, **changes), fails_on(1))
    world.write(1, 2)
    world.write(3, at_ms=1_999)
    return world.run()


def test_the_record_that_sqs_and_sns_get() -> None:
    """Exactly these fields, without the records themselves."""
    world = _given_up(maximum_retry_attempts=1, batching_window_ms=2_500)
    (failure,) = world.sent
    document = json.loads(notification(failure))
    assert re.fullmatch(r"2023-11-14T22:13:2\d\.\d{3}Z", document.pop("timestamp"))
    assert document == {
        "requestContext": {
            "requestId": "request-2",
            "functionArn": FUNCTION,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 2,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "DDBStreamBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": "900000000000000000001",
            "endSequenceNumber": "900000000000000000003",
            "approximateArrivalOfFirstRecord": "2023-11-14T22:13:20Z",
            "approximateArrivalOfLastRecord": "2023-11-14T22:13:21Z",
            "batchSize": 3,
            "streamArn": STREAM,
        },
    }


def test_the_record_of_expired_ones_has_no_response() -> None:
    """Nobody answered."""
    world = World(settings(maximum_record_age_ms=60_000, destination_arn=QUEUE))
    world.records.append((START_MS, raw_record(1, created_ms=START_MS - 600_000)))
    world.run()
    document = json.loads(notification(world.sent[0]))
    assert "responseContext" not in document
    assert document["requestContext"]["condition"] == "RecordAgeExceeded"
    assert document["requestContext"]["requestId"]


def test_s3_gets_the_event_too() -> None:
    """As a JSON string: what is there can be sent to the function again."""
    world = _given_up(maximum_retry_attempts=0)
    document = json.loads(s3_object(world.sent[0]))
    assert json.loads(document.pop("payload")) == world.invocations[0].event
    assert document == json.loads(notification(world.sent[0]))


def test_the_s3_key() -> None:
    """Mapping, shard, day, second, and a UUID that is the same when the same failure is sent again."""
    world = _given_up(maximum_retry_attempts=0)
    key = s3_key(world.sent[0], MAPPING)
    uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    assert re.fullmatch(rf"aws/lambda/{MAPPING}/{SHARD}/2023/11/14/2023-11-14T22\.13\.20-{uuid}", key)
    assert key == s3_key(world.sent[0], MAPPING)


def test_with_a_destination_nothing_counts_as_dropped() -> None:
    """It counts as delivered to the destination."""
    world = _given_up(maximum_retry_attempts=0, batch_size=2)
    assert world.metrics[Metric.SENT_TO_DESTINATION] == 2
    assert world.metrics[Metric.DROPPED] == 0


def test_the_checkpoint_waits_for_the_destination() -> None:
    """A destination that refuses is asked again, with back-off, and what it gets stays the same."""
    refusals = [False] * 3
    world = World(
        settings(maximum_retry_attempts=0, batch_size=1, destination_arn=QUEUE),
        fails_on(1),
        destination=lambda _failure: not refusals or refusals.pop(),
    )
    world.write(1, 2)
    world.run()
    assert len(world.sent) == 4
    assert len(set(map(notification, world.sent))) == 1
    assert world.batches == [[1], [2]]
    assert world.times_ms[1] - world.times_ms[0] >= 700
    assert "PROBLEM: The on-failure destination refused a record. no such queue" in world.results
    assert world.checkpoints == [after(1), after(2)]


def test_a_destination_that_never_takes_loses_nothing() -> None:
    """The lane waits; the checkpoint stays before what was given up."""
    world = World(
        settings(maximum_retry_attempts=0, batch_size=1, destination_arn=QUEUE),
        fails_on(1),
        destination=lambda _failure: False,
    )
    world.write(1, 2)
    world.run(600_000)
    assert world.checkpoints == []
    assert world.batches == [[1]]


def test_removing_a_destination_that_refuses_lets_the_lane_go_on() -> None:
    """What was given up then counts as dropped."""
    world = World(
        settings(maximum_retry_attempts=0, batch_size=1, destination_arn=QUEUE),
        fails_on(1),
        destination=lambda _failure: False,
    )
    world.write(1, 2)
    world.change(10_000, maximum_retry_attempts=0, batch_size=1)
    world.run()
    assert world.batches == [[1], [2]]
    assert world.metrics[Metric.DROPPED] == 1


def test_changing_a_destination_that_refuses_sends_it_to_the_new_one() -> None:
    """The settings of the moment decide."""
    arns: list[str] = []

    def function(failure: FailureRecord) -> bool:
        arns.append(world.settings.destination_arn or "")
        return arns[-1] != QUEUE

    world = World(settings(maximum_retry_attempts=0, destination_arn=QUEUE), fails_on(1), destination=function)
    world.write(1)
    world.change(10_000, maximum_retry_attempts=0, destination_arn=QUEUE + "-2")
    world.run()
    assert arns[-1] == QUEUE + "-2"
    assert world.checkpoint == after(1)


@pytest.mark.parametrize("bisect", [False, True])
def test_every_discarded_record_is_named(bisect: bool) -> None:
    """The ranges of the failure records hold exactly what was given up."""
    world = World(
        settings(maximum_retry_attempts=0, batch_size=4, destination_arn=QUEUE, bisect_batch_on_function_error=bisect),
        fails_on(1, 3, 6),
    )
    world.write(*range(1, 9))
    world.run()
    ranges = [(failure.start_sequence_number[-1], failure.end_sequence_number[-1]) for failure in world.sent]
    assert ranges == ([("1", "1"), ("3", "3"), ("6", "6")] if bisect else [("1", "4"), ("5", "8")])
