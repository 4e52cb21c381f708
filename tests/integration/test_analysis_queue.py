"""The analysis queue on LocalStack and DynamoDB Local: from a change to a result in the table."""

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from consumers.analysis_queue.announcing import NoAnnouncer
from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.consumer import AnalysisQueue
from consumers.analysis_queue.local_analyzer import LocalAnalyzer
from consumers.analysis_queue.results import TOMBSTONE_DAYS, Results
from consumers.analysis_queue.worker import AnalysisWorker, WorkReport
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.attribute_values import decode_image
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Outcome, Retry
from tests.records import event, record

pytestmark = pytest.mark.integration

CLOCK = SystemClock()


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A queue, a table and a bucket of this test's own, and the functions' parts before and behind them."""

    aws: AwsClients
    queue_url: str
    table: str
    bucket: str

    @property
    def claims(self) -> Claims:
        return Claims(self.aws.s3, self.bucket)

    def deliver(self, changes: Sequence[Change]) -> dict[str, Outcome]:
        consumer = AnalysisQueue(self.aws.sqs, self.queue_url, self.claims)
        answers = list(consumer.deliver(changes, Deadline.after(20, CLOCK)))
        assert len(answers) == len(changes)
        return {change.event_id: outcome for change, outcome in answers}

    def work(self, records: Sequence[dict[str, Any]]) -> WorkReport:
        worker = AnalysisWorker(
            analyzer=LocalAnalyzer(),
            results=Results(self.aws.dynamodb, self.table),
            claims=self.claims,
            announcer=NoAnnouncer(),
            clock=CLOCK,
        )
        return worker.work(records)

    def received(self) -> list[dict[str, Any]]:
        """Take all messages from the queue, as Lambda hands them over."""
        records = []
        while messages := self.aws.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                records.append(
                    {
                        "messageId": message["MessageId"],
                        "body": message["Body"],
                        "attributes": {"MessageGroupId": message["Attributes"]["MessageGroupId"]},
                    }
                )
                self.aws.sqs.delete_message(QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"])
        return records

    def result(self, document_id: str) -> dict[str, Any] | None:
        item = self.aws.dynamodb.get_item(
            TableName=self.table, Key={"document_id": {"S": document_id}}, ConsistentRead=True
        ).get("Item")
        return None if item is None else decode_image(item)


@pytest.fixture
def deployed(aws: AwsClients) -> Iterator[Deployed]:
    """Resources as serverless.yml makes them; LocalStack takes its time for the first of each service."""
    name = f"test-{uuid4().hex}"
    patient = AwsClients(read_timeout_s=60)
    queue_url = patient.sqs.create_queue(QueueName=f"{name}.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    patient.s3.create_bucket(Bucket=name)
    patient.dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "document_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "document_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield Deployed(aws=aws, queue_url=queue_url, table=name, bucket=name)
    aws.sqs.delete_queue(QueueUrl=queue_url)
    aws.dynamodb.delete_table(TableName=name)


def changes_of(*records: dict[str, Any]) -> tuple[Change, ...]:
    return decode_event(event(*records)).changes


def test_changes_arrive_in_order_within_their_document(deployed: Deployed) -> None:
    """Each once, and a document's in stream order, though lanes ran side by side; a repeat is dropped (I9)."""
    changes = changes_of(*(record(number, document=f"d{number % 7}") for number in range(120)))
    assert set(deployed.deliver(changes).values()) == {DELIVERED}
    assert set(deployed.deliver(changes[:30]).values()) == {DELIVERED}
    arrived = defaultdict(list)
    for received in deployed.received():
        arrived[received["attributes"]["MessageGroupId"]].append(json.loads(received["body"])["event_id"])
    sent = defaultdict(list)
    for change in changes:
        sent[change.document_id].append(change.event_id)
    assert arrived == sent


def test_a_large_and_strange_document_arrives_whole(deployed: Deployed) -> None:
    """300 KB with characters that SQS refuses, and one whose message would be too large: both are analysed."""
    strange = "\ufffe\uffff\x01 \U0001f600 \u05e9\u05dc\u05d5\u05dd " * 15_000
    claimed = "\x01\x01 w" * 80_000
    changes = changes_of(
        record(1, document="strange", new={"body": {"S": strange}}),
        record(2, document="claimed", new={"body": {"S": claimed}}),
    )
    assert set(deployed.deliver(changes).values()) == {DELIVERED}
    report = deployed.work(deployed.received())
    assert report.answer == {"batchItemFailures": []}
    results = {name: deployed.result(name) or {} for name in ("strange", "claimed")}
    assert results["strange"]["analysis"]["characters"] == len(strange)
    assert results["claimed"]["analysis"]["characters"] == len(claimed)
    assert deployed.aws.s3.list_objects_v2(Bucket=deployed.bucket)["KeyCount"] == 1


def test_a_result(deployed: Deployed) -> None:
    """It says of which change it is, by which analyser, and what was found out."""
    new = {"title": {"S": "Foxes"}, "body": {"S": "Foxes run."}, "written_at_ms": {"N": "5"}}
    (change,) = changes_of(record(1, new=new))
    deployed.deliver([change])
    deployed.work(deployed.received())
    result = deployed.result("a") or {}
    assert abs(CLOCK.now_ms() - int(result.pop("analyzed_at_ms"))) < 60_000
    assert result == {
        "document_id": "a",
        "order_key": str(change.order_key),
        "event_id": change.event_id,
        "written_at_ms": 5,
        "analyzer": {"name": "local", "version": 2},
        "analysis": {
            "characters": 15,
            "words": 3,
            "sentences": 2,
            "reading_time_s": 1,
            "top_terms": [{"term": "foxes", "count": 2}],
            "language": None,
            "readability": 2,
            "key_phrases": ["foxes"],
            "sentiment": None,
            "moderation": [],
        },
    }


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_ends_in_the_newest_analysis(deployed: Deployed, seed: int) -> None:
    """Messages in any order and batches, some of them twice: the table has the newest of each document (I5)."""
    randomness = random.Random(seed)
    records = []
    for number in range(60):
        document = f"d{number % 5}"
        old, new = {"body": {"S": f"{number - 1}"}}, {"body": {"S": f"{number}"}}
        deletion = number % 11 == 7 or number == 58
        records.append(record(number, document=document, old=old, new=None if deletion else new))
    changes = changes_of(*records)
    deployed.deliver(changes)
    messages = deployed.received()
    messages += randomness.sample(messages, 15)
    randomness.shuffle(messages)
    while messages:
        batch, messages = messages[:7], messages[7:]
        assert deployed.work(batch).answer == {"batchItemFailures": []}
    for document_id, change in {change.document_id: change for change in changes}.items():
        result = deployed.result(document_id) or {}
        assert result["order_key"] == str(change.order_key)
        assert ("analysis" in result) == (change.new_image is not None)


def test_a_deletion_leaves_a_tombstone_that_expires(deployed: Deployed) -> None:
    """An older change that comes late does not bring the analysis back; a re-creation does."""
    created, deleted, again = changes_of(
        record(1, new={"body": {"S": "x"}}), record(2, old={"body": {"S": "x"}}), record(3, new={"body": {"S": "y"}})
    )
    deployed.deliver([deleted])
    deployed.work(deployed.received())
    deployed.deliver([created])
    assert deployed.work(deployed.received()).superseded == [created.event_id]
    tombstone = deployed.result("a") or {}
    assert tombstone["deleted"] is True
    assert "analysis" not in tombstone
    days = (int(tombstone["expires_at"]) - CLOCK.now_ms() / 1000) / 86_400
    assert days == pytest.approx(TOMBSTONE_DAYS, abs=1)
    deployed.deliver([again])
    deployed.work(deployed.received())
    back = deployed.result("a") or {}
    assert back["event_id"] == again.event_id
    assert not {"deleted", "expires_at"} & set(back)


def test_a_table_that_is_gone_keeps_the_messages(aws: AwsClients, deployed: Deployed) -> None:
    """Nothing is lost while results cannot be stored."""
    deployed.deliver(changes_of(record(1)))
    messages = deployed.received()
    elsewhere = Deployed(aws=aws, queue_url=deployed.queue_url, table="no-such-table", bucket=deployed.bucket)
    report = elsewhere.work(messages)
    assert report.failed_message_ids == [messages[0]["messageId"]]
    assert "ResourceNotFoundException" in report.causes[0]


def test_a_queue_that_is_gone_is_tried_again(aws: AwsClients, deployed: Deployed) -> None:
    """A missing queue lies with us, not in the changes."""
    gone = Deployed(aws=aws, queue_url=f"{deployed.queue_url}-gone.fifo", table="", bucket=deployed.bucket)
    assert {type(outcome) for outcome in gone.deliver(changes_of(record(1), record(2))).values()} == {Retry}


def test_the_deployed_handler(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It finds its parts by its environment, answers with what failed, and its log line names every event."""
    monkeypatch.setenv("FANOUT_ANALYSIS_RESULTS_TABLE", deployed.table)
    monkeypatch.setenv("FANOUT_CLAIMS_BUCKET", deployed.bucket)
    monkeypatch.delitem(sys.modules, "consumers.analysis_queue.worker_handler", raising=False)
    handle = import_module("consumers.analysis_queue.worker_handler").handle
    changes = changes_of(record(1), record(2), record(3, document="b"))
    deployed.deliver(changes)
    records = [*deployed.received(), {"messageId": "bad", "body": "{}"}]
    answer = handle({"Records": records}, SimpleNamespace(aws_request_id="r1"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    log = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert sorted(log["stored"] + log["superseded"]) == [change.event_id for change in changes]
    assert len(log["malformed"]) == 1
