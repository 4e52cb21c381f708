"""Every change is logged or answered otherwise."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError

from consumers.audit_log.consumer import REFUSED_TIME, AuditLog
from consumers.audit_log.image_store import ImageStore
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry
from tests.aws_fakes import FakeLogs, FakeS3, client_error
from tests.fakes import FakeClock
from tests.records import event, record

CHANGES = decode_event(event(*(record(number) for number in range(1, 9)))).changes
CREATED_S = CHANGES[0].created_at_s


def deliver(logs: FakeLogs, changes: Sequence[Change] = CHANGES, now_s: float = CREATED_S + 60) -> list[Outcome]:
    """Return the outcomes in the order of the changes, each exactly once."""
    clock = FakeClock(now_s)
    answers = list(AuditLog(cast("Any", logs), "/group").deliver(changes, Deadline.after(10, clock)))
    assert len(answers) == len(changes)
    outcomes = {change.event_id: outcome for change, outcome in answers}
    return [outcomes[change.event_id] for change in changes]


def logged(logs: FakeLogs) -> list[str]:
    return [json.loads(each["message"])["event_id"] for each in logs.taken]


def test_all_are_logged_in_one_call() -> None:
    """Changes of a batch go in one call, into one stream, at their own times."""
    logs = FakeLogs()
    assert deliver(logs) == [DELIVERED] * 8
    assert logged(logs) == [change.event_id for change in CHANGES]
    assert [each["timestamp"] for each in logs.taken] == [change.created_at_s * 1000 for change in CHANGES]
    assert len(logs.calls) == len(logs.streams) == 1


def test_the_stream_is_made_once() -> None:
    """An execution environment keeps its stream, whose name begins with the day."""
    logs = FakeLogs()
    consumer = AuditLog(cast("Any", logs), "/group")
    for _ in range(2):
        list(consumer.deliver(CHANGES, Deadline.after(10, FakeClock(CREATED_S))))
    assert len(logs.streams) == 1
    assert logs.streams[0].startswith("2026-01-02/")


def test_a_stream_that_is_gone_is_made_anew() -> None:
    """After ResourceNotFoundException all are to be tried again, and the next call makes a stream."""
    logs = FakeLogs(raises=lambda _: client_error("ResourceNotFoundException"))
    consumer = AuditLog(cast("Any", logs), "/group")
    deadline = Deadline.after(10, FakeClock(CREATED_S))
    assert all(isinstance(outcome, Retry) for _, outcome in consumer.deliver(CHANGES, deadline))
    logs.raises = lambda _: None
    assert all(outcome == DELIVERED for _, outcome in consumer.deliver(CHANGES, deadline))
    assert len(logs.streams) == 2


@pytest.mark.parametrize(
    "error",
    [
        client_error("ThrottlingException"),
        client_error("AccessDeniedException"),
        client_error("UnrecognizedClientException"),
        client_error("ServiceUnavailableException", 503),
        client_error("Anything", 500),
        client_error("Anything", 403),
        ReadTimeoutError(endpoint_url="http://logs"),
    ],
)
def test_a_fault_of_the_service_is_tried_again(error: Exception) -> None:
    """What the service or our settings are to blame for is a Retry of every change, after one call."""
    logs = FakeLogs(raises=lambda _: error)
    outcomes = deliver(logs)
    assert all(isinstance(outcome, Retry) for outcome in outcomes)
    assert len(logs.calls) == 1


def test_one_event_that_is_refused_does_not_hold_up_the_others() -> None:
    """The event that CloudWatch Logs will never take is found and rejected; all others are logged."""
    bad = CHANGES[5].event_id

    def raises(events: Sequence[Any]) -> Exception | None:
        guilty = any(bad in each["message"] for each in events)
        return client_error("InvalidParameterException", message="no") if guilty else None

    logs = FakeLogs(raises=raises)
    expected: list[Outcome] = [DELIVERED] * 8
    expected[5] = Rejected(cause=Cause(type="InvalidParameterException", message="no"))
    assert deliver(logs) == expected
    assert sorted(logged(logs)) == [change.event_id for change in CHANGES if change.event_id != bad]


def test_an_event_whose_time_is_refused_is_logged_at_the_present_time() -> None:
    """A group with a short retention refuses old times while the rest succeeds: nothing is lost."""
    logs = FakeLogs(refuses=lambda time_ms: time_ms < (CREATED_S + 3) * 1000)
    assert deliver(logs) == [DELIVERED] * 8
    assert sorted(logged(logs)) == [change.event_id for change in CHANGES]
    assert sum(1 for each in logs.taken if each["timestamp"] == (CREATED_S + 60) * 1000) == 3


def test_a_time_that_is_refused_twice() -> None:
    """A service that refuses the present too is to be tried later."""
    assert deliver(FakeLogs(refuses=lambda _: True)) == [Retry(cause=REFUSED_TIME)] * 8


def test_nothing_is_sent_after_the_deadline() -> None:
    """Without time left there is no call, and no answer."""
    logs = FakeLogs()
    consumer = AuditLog(cast("Any", logs), "/group")
    assert list(consumer.deliver(CHANGES, Deadline.after(0, FakeClock()))) == []
    assert logs.calls == []


def large_change(body: str) -> Sequence[Change]:
    return decode_event(event(record(1, new={"body": {"S": body}}), record(2))).changes


def deliver_images(logs: FakeLogs, s3: FakeS3, changes: Sequence[Change]) -> list[Outcome]:
    consumer = AuditLog(cast("Any", logs), "/group", ImageStore(cast("Any", s3), "bucket"))
    answers = list(consumer.deliver(changes, Deadline.after(10, FakeClock(CREATED_S + 60))))
    return [outcome for _, outcome in sorted(answers, key=lambda answer: answer.change.event_id)]


def test_images_stand_in_their_events_or_lie_in_the_bucket() -> None:
    """One over a megabyte is put down first; its hash is that of the object."""
    logs, s3 = FakeLogs(), FakeS3()
    changes = large_change("\x01" * 250_000)
    assert deliver_images(logs, s3, changes) == [DELIVERED] * 2
    large, small = (json.loads(each["message"]) for each in logs.taken)
    assert small["new_image"] == {"id": {"S": "a"}, "title": {"S": "title 2"}}
    pointer = large["new_image_at"]
    body = s3.objects[pointer["key"]]
    assert pointer["bytes"] == len(body)
    assert sha256(body).hexdigest() == large["new_hash"]
    assert "new_image" not in large


def test_a_bucket_that_fails_keeps_only_its_own_changes() -> None:
    """An event never points to what is not there."""
    logs, s3 = FakeLogs(), FakeS3(raises=client_error("SlowDown", 503))
    outcomes = deliver_images(logs, s3, large_change("\x01" * 250_000))
    assert [type(outcome) for outcome in outcomes] == [Retry, type(DELIVERED)]
    assert len(logs.taken) == 1
