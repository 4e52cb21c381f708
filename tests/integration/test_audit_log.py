"""The audit log on LocalStack's CloudWatch Logs."""

import json
import time
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import uuid4

import pytest

from consumers.audit_log.consumer import AuditLog
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Outcome, Retry
from tests.records import event, record

pytestmark = pytest.mark.integration


@pytest.fixture
def group(aws: AwsClients) -> Iterator[str]:
    """A log group of this test's own; LocalStack takes its time for the first."""
    name = f"/test/{uuid4().hex}"
    AwsClients(read_timeout_s=60).logs.create_log_group(logGroupName=name)
    yield name
    aws.logs.delete_log_group(logGroupName=name)


def changes_of(*records: dict[str, Any], age_s: float = 0) -> tuple[Change, ...]:
    """Return changes of the present, `age_s` seconds ago."""
    for position, each in enumerate(records):
        each["dynamodb"]["ApproximateCreationDateTime"] = float(int(time.time() - age_s) + position // 100)
    return decode_event(event(*records)).changes


def deliver(consumer: AuditLog, changes: Sequence[Change]) -> list[Outcome]:
    answers = list(consumer.deliver(changes, Deadline.after(20, SystemClock())))
    assert len(answers) == len(changes)
    return [outcome for _, outcome in answers]


def trail(aws: AwsClients, group: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the group's events: timestamp and content."""
    pages = aws.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return [(each["timestamp"], json.loads(each["message"])) for page in pages for each in page["events"]]


def test_every_change_has_an_event(aws: AwsClients, group: str) -> None:
    """Each with its keys, its hashes and its own time; a change that comes twice folds by its event id (I9)."""
    text = "\U0001f600 \u05e9\u05dc\u05d5\u05dd"
    changes = changes_of(
        *(record(number, document=f"{text} {number}", new={"body": {"S": "x"}}) for number in range(250))
    )
    consumer = AuditLog(aws.logs, group)
    assert set(deliver(consumer, changes)) == {DELIVERED}
    assert set(deliver(consumer, changes[:10])) == {DELIVERED}
    events = trail(aws, group)
    assert len(events) == 260
    folded = {content["event_id"]: (timestamp_ms, content) for timestamp_ms, content in events}
    assert len(folded) == 250
    for number, change in enumerate(changes):
        timestamp_ms, content = folded[change.event_id]
        assert timestamp_ms == change.created_at_s * 1000
        assert content["keys"] == {"id": f"{text} {number}"}
        assert content["order_key"] == str(change.order_key)
        assert content["old_hash"] is None
        assert len(content["new_hash"]) == 64


def test_each_environment_has_a_stream(aws: AwsClients, group: str) -> None:
    """Two consumers write to two streams, each made once."""
    for _ in range(2):
        consumer = AuditLog(aws.logs, group)
        for number in range(2):
            deliver(consumer, changes_of(record(number)))
    assert len(aws.logs.describe_log_streams(logGroupName=group)["logStreams"]) == 2


@pytest.mark.parametrize("age_s", [20 * 86_400, -6 * 3600])
def test_a_change_too_old_or_too_far_ahead_is_logged_at_the_present_time(
    aws: AwsClients, group: str, age_s: float
) -> None:
    """Its own time stands inside."""
    (change,) = changes_of(record(1), age_s=age_s)
    assert deliver(AuditLog(aws.logs, group), [change]) == [DELIVERED]
    ((timestamp_ms, content),) = trail(aws, group)
    assert timestamp_ms == pytest.approx(time.time() * 1000, abs=60_000)
    assert content["created_at"][:10] == time.strftime("%Y-%m-%d", time.gmtime(change.created_at_s))


def test_a_group_that_is_gone_is_tried_again(aws: AwsClients) -> None:
    """A missing group lies with us, not in the changes."""
    (outcome,) = deliver(AuditLog(aws.logs, "/test/no-such-group"), changes_of(record(1)))
    assert isinstance(outcome, Retry)
    assert outcome.cause.type == "ResourceNotFoundException"


def test_a_stream_that_was_deleted_is_made_anew(aws: AwsClients, group: str) -> None:
    """The attempt fails, the next one finds its way."""
    consumer = AuditLog(aws.logs, group)
    deliver(consumer, changes_of(record(1)))
    (stream,) = aws.logs.describe_log_streams(logGroupName=group)["logStreams"]
    aws.logs.delete_log_stream(logGroupName=group, logStreamName=stream["logStreamName"])
    (outcome,) = deliver(consumer, changes_of(record(2)))
    assert isinstance(outcome, Retry)
    assert deliver(consumer, changes_of(record(2))) == [DELIVERED]
