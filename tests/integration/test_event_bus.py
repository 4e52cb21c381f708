"""The event bus on LocalStack: a rule brings what it matches to its target."""

import json
from uuid import uuid4

import pytest

from consumers.event_bus.consumer import EventBus
from consumers.event_bus.entry import Transform
from consumers.event_bus.settings import Filter
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED
from tests.fakes import wait_until
from tests.records import event, record

pytestmark = pytest.mark.integration

RULE = {
    "source": ["fanout"],
    "detail-type": ["Document modified"],
    "detail": {"new_image": {"status": ["published"]}, "old_image": {"status": [{"anything-but": "published"}]}},
}
"""The example of docs/event-bus.md: a document was published."""


def test_a_rule_brings_changes_to_its_target(aws: AwsClients) -> None:
    """Out of insertions, edits and a deletion the one that the rule is about comes to the queue, once."""
    name = f"test-{uuid4().hex}"
    patient = AwsClients(read_timeout_s=60)
    patient.events.create_event_bus(Name=name)
    queue_url = patient.sqs.create_queue(QueueName=name)["QueueUrl"]
    queue_arn = aws.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    patient.events.put_rule(Name="published", EventBusName=name, EventPattern=json.dumps(RULE))
    patient.events.put_targets(Rule="published", EventBusName=name, Targets=[{"Id": "queue", "Arn": queue_arn}])
    draft, published = {"status": {"S": "draft"}}, {"status": {"S": "published"}}
    changes = decode_event(
        event(
            record(1, new=draft),
            record(2, old=draft, new={**draft, "title": {"S": "x"}}),
            record(3, old=draft, new=published),
            record(4, old=published, new={**published, "title": {"S": "x"}}),
            record(5, old=published),
            *(record(number, document=f"d{number}") for number in range(6, 30)),
        )
    ).changes
    consumer = EventBus(aws.events, name, Filter(), Transform())
    answers = list(consumer.deliver(changes, Deadline.after(30, SystemClock())))
    assert [answer.outcome for answer in answers] == [DELIVERED] * len(changes)
    received: list[str] = []

    def take() -> bool:
        received.extend(message["Body"] for message in aws.sqs.receive_message(QueueUrl=queue_url).get("Messages", []))
        return bool(received)

    wait_until(take, "the target has the event", 20)
    (body,) = map(json.loads, received)
    assert body["detail"]["event_id"] == changes[2].event_id
    assert body["detail-type"] == "Document modified"
    patient.events.remove_targets(Rule="published", EventBusName=name, Ids=["queue"])
    patient.events.delete_rule(Name="published", EventBusName=name)
    patient.events.delete_event_bus(Name=name)
