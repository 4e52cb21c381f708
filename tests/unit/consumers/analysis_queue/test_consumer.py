"""Every change becomes a message, in order within its document, or is answered otherwise."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError

from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.consumer import NO_ANSWER, AnalysisQueue
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Outcome, Rejected, Retry
from tests.aws_fakes import FakeS3, FakeSqs, client_error
from tests.fakes import FakeClock
from tests.records import event, record

FEW = decode_event(event(*(record(number, document=f"d{number % 3}") for number in range(9)))).changes
MANY = decode_event(event(*(record(number, document=f"d{number % 7}") for number in range(300)))).changes


def deliver(sqs: FakeSqs, changes: Sequence[Change], s3: FakeS3 | None = None) -> dict[str, Outcome]:
    consumer = AnalysisQueue(cast("Any", sqs), "https://queue", Claims(cast("Any", s3 or FakeS3()), "bucket"))
    answers = list(consumer.deliver(changes, Deadline.after(10, FakeClock())))
    outcomes = {change.event_id: outcome for change, outcome in answers}
    assert len(answers) == len(outcomes)
    return outcomes


def large(number: int, body_bytes: int) -> dict[str, Any]:
    return record(number, document=f"d{number}", new={"body": {"S": "x" * body_bytes}})


def test_one_documents_changes_are_sent_in_order() -> None:
    """All are delivered, each once; a document's messages stand in its group in stream order."""
    sqs = FakeSqs()
    assert deliver(sqs, MANY) == {change.event_id: DELIVERED for change in MANY}
    sent = defaultdict(list)
    for entry in sqs.taken:
        sent[entry["MessageGroupId"]].append(entry["MessageDeduplicationId"])
    expected = defaultdict(list)
    for change in MANY:
        expected[change.document_id].append(change.event_id)
    assert sent == expected


def test_few_changes_take_one_call() -> None:
    """Up to ten changes of any documents go in one call."""
    sqs = FakeSqs()
    deliver(sqs, FEW)
    assert len(sqs.calls) == 1


def test_calls_stay_below_a_mebibyte() -> None:
    """Large messages share a call only while they fit together."""
    sqs = FakeSqs()
    changes = decode_event(event(*(large(number, 400_000) for number in range(5)))).changes
    assert set(deliver(sqs, changes).values()) == {DELIVERED}
    assert [len(call) for call in sqs.calls] == [2, 2, 1]


def test_what_is_too_large_goes_by_claim_check() -> None:
    """Content that no message can hold lies in the bucket, and the message says where."""
    sqs, s3 = FakeSqs(), FakeS3()
    body = "\x01" * 300_000
    changes = decode_event(event(record(1, new={"body": {"S": body}}))).changes
    assert set(deliver(sqs, changes, s3).values()) == {DELIVERED}
    message = json.loads(sqs.taken[0]["MessageBody"])
    assert message["claim"] == f"claims/analysis/{changes[0].event_id}.json"
    assert "body" not in message
    assert json.loads(s3.objects[message["claim"]]) == {"title": "", "body": body}


def test_a_claims_bucket_that_fails_is_tried_again() -> None:
    """Without its content a message is not sent."""
    sqs, s3 = FakeSqs(), FakeS3(raises=client_error("SlowDown", 503))
    changes = decode_event(event(record(1, new={"body": {"S": "\x01" * 300_000}}))).changes
    (outcome,) = deliver(sqs, changes, s3).values()
    assert isinstance(outcome, Retry)
    assert sqs.calls == []


@pytest.mark.parametrize(
    ("code", "senders_fault", "expected"),
    [
        ("InvalidMessageContents", True, Rejected),
        ("InvalidMessageContents", False, Retry),
        ("RequestThrottled", True, Retry),
        ("KmsThrottled", True, Retry),
        ("AccessDenied", True, Retry),
        ("InternalError", False, Retry),
    ],
)
def test_entries_of_a_call_fail_one_by_one(code: str, senders_fault: bool, expected: type) -> None:
    """A failed entry of an answer with status 200 is that entry's alone."""
    bad = FEW[4].event_id
    sqs = FakeSqs(fails=lambda entry: (code, senders_fault) if entry["MessageDeduplicationId"] == bad else None)
    outcomes = deliver(sqs, FEW)
    assert isinstance(outcomes.pop(bad), expected)
    assert set(outcomes.values()) == {DELIVERED}


def test_an_entry_without_an_answer_is_tried_again() -> None:
    """What SQS does not mention was not delivered."""
    missing = FEW[0].event_id
    outcomes = deliver(FakeSqs(forgets=lambda entry: entry["MessageDeduplicationId"] == missing), FEW)
    assert outcomes.pop(missing) == Retry(cause=NO_ANSWER)
    assert set(outcomes.values()) == {DELIVERED}


def test_later_changes_of_a_document_wait_for_one_that_must_be_tried_again() -> None:
    """A change does not overtake its predecessor from one call to the next; other documents go ahead."""
    changes = decode_event(event(*(record(number, document="ab"[number % 2]) for number in range(40)))).changes
    first = changes[0].event_id
    sqs = FakeSqs(fails=lambda entry: ("InternalError", False) if entry["MessageDeduplicationId"] == first else None)
    outcomes = deliver(sqs, changes)
    of_a = [outcomes[change.event_id] for change in changes if change.document_id == "a"]
    of_b = {outcomes[change.event_id] for change in changes if change.document_id == "b"}
    assert of_b == {DELIVERED}
    waited = of_a.index(of_a[0], 1)
    assert of_a[1:waited] == [DELIVERED] * (waited - 1)
    assert of_a[waited:] == [of_a[0]] * (20 - waited)


def test_a_rejected_change_holds_nothing_up() -> None:
    """What will never be sent is no reason to wait."""
    changes = decode_event(event(*(record(number) for number in range(40)))).changes
    bad = changes[0].event_id
    refusal = ("InvalidMessageContents", True)
    sqs = FakeSqs(fails=lambda entry: refusal if entry["MessageDeduplicationId"] == bad else None)
    outcomes = deliver(sqs, changes)
    assert isinstance(outcomes.pop(bad), Rejected)
    assert set(outcomes.values()) == {DELIVERED}


def test_one_change_that_sqs_refuses_does_not_hold_up_the_others() -> None:
    """A call that is refused is taken apart until the guilty entry stands alone."""
    bad = FEW[4].event_id

    def raises(entries: Sequence[Any]) -> Exception | None:
        guilty = any(entry["MessageDeduplicationId"] == bad for entry in entries)
        return client_error("InvalidParameterValue") if guilty else None

    sqs = FakeSqs(raises=raises)
    outcomes = deliver(sqs, FEW)
    assert isinstance(outcomes.pop(bad), Rejected)
    assert set(outcomes.values()) == {DELIVERED}
    order = [entry["MessageDeduplicationId"] for entry in sqs.taken]
    assert order == sorted(order)


@pytest.mark.parametrize(
    "error",
    [
        client_error("AWS.SimpleQueueService.NonExistentQueue"),
        client_error("ThrottlingException"),
        client_error("ServiceUnavailable", 503),
        EndpointConnectionError(endpoint_url="https://queue"),
    ],
)
def test_a_fault_of_the_service_is_tried_again(error: Exception) -> None:
    """Every change of the call is a Retry."""
    sqs = FakeSqs(raises=lambda _: error)
    assert {type(outcome) for outcome in deliver(sqs, FEW).values()} == {Retry}
    assert len(sqs.calls) == 1


def test_nothing_is_sent_after_the_deadline() -> None:
    """Without time left there is no call, and no answer."""
    sqs = FakeSqs()
    consumer = AnalysisQueue(cast("Any", sqs), "https://queue", Claims(cast("Any", FakeS3()), "bucket"))
    assert list(consumer.deliver(MANY, Deadline.after(0, FakeClock()))) == []
    assert sqs.calls == []
