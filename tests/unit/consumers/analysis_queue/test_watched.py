"""Only changes of what is analysed are queued, and a redrive is not swallowed by SQS."""

import json
from collections.abc import Sequence
from typing import Any, cast

import pytest

from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.consumer import AnalysisQueue, build
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.environment import Environment
from stream_processor.errors import ConfigurationError
from stream_processor.outcome import DELIVERED, Outcome, Skipped
from tests.aws_fakes import FakeS3, FakeSqs
from tests.fakes import FakeClock
from tests.records import event, record

TEXT = {"title": {"S": "t"}, "body": {"S": "b"}}


def outcome_of(
    raw: dict[str, Any], sqs: FakeSqs, *, watched: Sequence[str] = ("title", "body"), run: str = ""
) -> Outcome:
    changes: Sequence[Change] = decode_event(event(raw)).changes
    claims = Claims(cast("Any", FakeS3()), "bucket")
    consumer = AnalysisQueue(cast("Any", sqs), "https://queue", claims, watched=watched, run=run)
    ((_, outcome),) = consumer.deliver(changes, Deadline.after(10, FakeClock()))
    return outcome


@pytest.mark.parametrize(
    ("raw", "queued"),
    [
        (record(1, new=TEXT), True),
        (record(1, new={"tags": {"SS": ["x"]}}), False),
        (record(1, old=TEXT, new={**TEXT, "version": {"N": "2"}}), False),
        (record(1, old=TEXT, new={**TEXT, "body": {"S": "c"}}), True),
        (record(1, old=TEXT, new={"title": {"S": "t"}}), True),
        (record(1, old={"version": {"N": "1"}}), True),
    ],
)
def test_a_change_counts_when_it_touches_a_watched_attribute(raw: dict[str, Any], queued: bool) -> None:
    """An attribute that comes, goes or differs; and each deletion, since a result may have to go."""
    sqs = FakeSqs()
    outcome = outcome_of(raw, sqs)
    assert isinstance(outcome, type(DELIVERED) if queued else Skipped)
    assert len(sqs.taken) == queued
    if isinstance(outcome, Skipped):
        assert "title, body" in outcome.reason


def test_other_attributes_may_be_watched() -> None:
    """The first is the title, the others are joined to the body."""
    sqs = FakeSqs()
    new = {"name": {"S": "n"}, "intro": {"S": "i"}, "text": {"S": "t"}, "body": {"S": "not watched"}}
    assert outcome_of(record(1, new=new), sqs, watched=("name", "intro", "none", "text")) == DELIVERED
    message = json.loads(sqs.taken[0]["MessageBody"])
    assert (message["title"], message["body"]) == ("n", "i\n\nt")


def test_a_redrive_has_a_deduplication_id_of_its_own() -> None:
    """SQS would swallow the repeat of an event id within 5 minutes."""
    sqs = FakeSqs()
    outcome_of(record(1, new=TEXT), sqs)
    outcome_of(record(1, new=TEXT), sqs, run="7")
    ids = [entry["MessageDeduplicationId"] for entry in sqs.taken]
    assert ids == [f"{1:032x}", f"{1:032x}#7"]


def test_the_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A watched attribute that stands there twice is refused by name."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    settings = {"FANOUT_ANALYSIS_QUEUE_URL": "https://sqs.example/q.fifo", "FANOUT_FAILURES_BUCKET": "failures"}
    twice = Environment({**settings, "FANOUT_ANALYSIS_WATCHED": "title, title"})
    with pytest.raises(ConfigurationError, match="FANOUT_ANALYSIS_WATCHED is 'title, title'"):
        build(twice, AwsClients(read_timeout_s=1))
    build(Environment({**settings, "FANOUT_REDRIVE_RUN": "r1"}), AwsClients(read_timeout_s=1))
