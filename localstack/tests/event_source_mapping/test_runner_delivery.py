"""The runner on real engines: what reaches the function, and what the destination."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from functions_stack import FunctionsStack
from mapped_function import MappedFunction, make_mapped_function
from runner_process import RunnerProcess, running_runner
from waiting import wait_until

pytestmark = pytest.mark.integration

SOON_S = 30


@pytest.fixture(scope="module")
def runner(functions_stack: FunctionsStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunnerProcess]:
    """One for these tests."""
    with running_runner(functions_stack, tmp_path_factory.mktemp("runner") / "log", table="delivery") as runner:
        yield runner


def queue(stack: FunctionsStack, name: str) -> str:
    """Make a queue; return its ARN."""
    client = stack.client("sqs")
    url = client.create_queue(QueueName=name)["QueueUrl"]
    arn: str = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return arn


def message(stack: FunctionsStack, arn: str) -> dict[str, Any]:
    """The queue's next message."""
    client = stack.client("sqs")
    url = client.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    found: list[dict[str, Any]] = []

    def received() -> bool:
        found.extend(client.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", ()))
        return bool(found)

    wait_until(received, within_s=SOON_S, what="a message")
    body: dict[str, Any] = json.loads(found[0]["Body"])
    return body


def numbers(function: MappedFunction) -> list[int]:
    """The `n` of every record taken, sorted."""
    return sorted(record["n"] for record in function.taken())


def test_bisect_isolates_one_poison_among_a_hundred(
    functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path: Path
) -> None:
    """99 records are taken, once each; the poison alone goes to the queue, named by its sequence number."""
    failures = queue(functions_stack, "bisect-failures")
    function = make_mapped_function(
        functions_stack,
        tmp_path,
        "bisect",
        Enabled=False,
        BatchSize=100,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": failures}},
    )
    function.write([f"{'poison' if n == 37 else 'item'}-{n}" for n in range(100)])
    function.update(Enabled=True)
    failure = message(functions_stack, failures)
    wait_until(lambda: len(function.taken()) >= 99, within_s=SOON_S, what="99 records taken")
    assert numbers(function) == [n for n in range(100) if n != 37]
    calls = function.invocations()
    assert len(calls[0]["records"]) == 100
    poison = next(record for record in calls[0]["records"] if record["id"] == "poison-37")
    assert failure["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert failure["responseContext"]["functionError"] == "Unhandled"
    batch = failure["DDBStreamBatchInfo"]
    assert (batch["batchSize"], batch["streamArn"]) == (1, function.stream_arn)
    assert batch["startSequenceNumber"] == batch["endSequenceNumber"] == poison["number"]


def test_a_partial_response_brings_the_rest_again(
    functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path: Path
) -> None:
    """What lies before the lowest failed record is not sent again; it and all after it are, until they pass."""
    function = make_mapped_function(
        functions_stack,
        tmp_path,
        "partial",
        mode="report",
        Enabled=False,
        BatchSize=20,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    function.write([f"{'poison' if n in {12, 15} else 'item'}-{n}" for n in range(20)])
    function.update(Enabled=True)
    wait_until(lambda: bool(function.taken()), within_s=SOON_S, what="an invocation that took all")
    given = [[record["n"] for record in call["records"]] for call in function.invocations()]
    assert given == [list(range(20)), list(range(12, 20)), list(range(12, 20))]


def test_ten_lanes_keep_each_items_order(
    functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path: Path
) -> None:
    """1,000 writes over 50 items with factor 10: every record once, each item's in order, several calls at once."""
    function = make_mapped_function(
        functions_stack, tmp_path, "lanes", mode="slow", BatchSize=10, ParallelizationFactor=10
    )
    function.write([f"item-{n * 7 % 50}" for n in range(1000)])
    wait_until(lambda: len(function.taken()) >= 1000, within_s=2 * SOON_S, what="1,000 records taken")
    calls = sorted(function.invocations(), key=lambda call: float(call["begin"]))
    given = defaultdict(list)
    for call in calls:
        for record in call["records"]:
            given[record["id"]].append(record["n"])
    assert len(given) == 50
    assert sorted(n for ns in given.values() for n in ns) == list(range(1000))
    assert all(ns == sorted(ns) for ns in given.values())
    assert any(later["begin"] < call["end"] for call, later in pairwise(calls))


@pytest.mark.parametrize("kind", ["sns", "s3"])
def test_topics_and_buckets_get_failure_records(
    functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path: Path, kind: str
) -> None:
    """SNS gets what SQS gets; S3 gets the event too, under a key that begins with the mapping and the shard."""
    name = f"{kind}-destination"
    if kind == "sns":
        destination = functions_stack.client("sns").create_topic(Name=name)["TopicArn"]
        subscribed = queue(functions_stack, name)
        functions_stack.client("sns").subscribe(TopicArn=destination, Protocol="sqs", Endpoint=subscribed)
    else:
        functions_stack.client("s3").create_bucket(Bucket=name)
        destination = f"arn:aws:s3:::{name}"
    function = make_mapped_function(
        functions_stack,
        tmp_path,
        name,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": destination}},
    )
    function.write(["poison"])
    if kind == "sns":
        failure = json.loads(message(functions_stack, subscribed)["Message"])
        assert "payload" not in failure
    else:
        client = functions_stack.client("s3")
        wait_until(lambda: client.list_objects_v2(Bucket=name)["KeyCount"] == 1, within_s=SOON_S, what="an object")
        key = client.list_objects_v2(Bucket=name)["Contents"][0]["Key"]
        failure = json.loads(client.get_object(Bucket=name, Key=key)["Body"].read())
        assert key.startswith(f"aws/lambda/{function.mapping_id}/{failure['DDBStreamBatchInfo']['shardId']}/")
        event = json.loads(failure["payload"])
        assert event["Records"][0]["dynamodb"]["Keys"] == {"id": {"S": "poison"}}
        assert event["Records"][0]["awsRegion"] == "us-east-1"
        assert "-" not in event["Records"][0]["eventID"]
    assert failure["requestContext"]["approximateInvokeCount"] == 2
    assert len(function.invocations()) == 2


def test_disabling_keeps_the_position(functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path: Path) -> None:
    """What is written while it says Disabled is not sent; enabled again it goes on there, and sends nothing twice."""
    function = make_mapped_function(functions_stack, tmp_path, "disabling")
    function.write(["before"])
    wait_until(lambda: len(function.taken()) == 1, within_s=SOON_S, what="the first record")
    function.update(Enabled=False)
    wait_until(lambda: function.settings()["State"] == "Disabled", within_s=SOON_S, what="Disabled")
    function.write(["meanwhile"])
    wait_until(lambda: not runner.reads(function.mapping_id), within_s=SOON_S, what="nobody reads")
    assert len(function.invocations()) == 1
    function.update(Enabled=True, BatchSize=7)
    wait_until(lambda: len(function.taken()) == 2, within_s=SOON_S, what="the second record")
    assert [record["id"] for record in function.taken()] == ["before", "meanwhile"]
    wait_until(lambda: function.settings()["State"] == "Enabled", within_s=SOON_S, what="Enabled")
    assert function.settings()["BatchSize"] == 7
    assert function.settings()["LastProcessingResult"] == "OK"


def test_latest_begins_when_the_mapping_is_enabled(
    functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path: Path
) -> None:
    """What was there before is not sent; once it says Enabled, every write is."""
    function = make_mapped_function(functions_stack, tmp_path, "latest", StartingPosition="LATEST", Enabled=False)
    function.write(["before"])
    function.update(Enabled=True)
    wait_until(lambda: function.settings()["State"] == "Enabled", within_s=SOON_S, what="Enabled")
    function.write(["after"])
    wait_until(lambda: bool(function.taken()), within_s=SOON_S, what="a record")
    assert [record["id"] for record in function.taken()] == ["after"]


def test_a_delete_by_ttl_says_who_did_it(
    functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path: Path
) -> None:
    """An expired item's REMOVE carries DynamoDB's identity, by the names that Lambda uses."""
    function = make_mapped_function(functions_stack, tmp_path, "ttl")
    client = functions_stack.client("dynamodb")
    client.update_time_to_live(
        TableName="ttl", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
    )
    client.put_item(TableName="ttl", Item={"id": {"S": "old"}, "expires_at": {"N": "1700000000"}})
    wait_until(lambda: len(function.taken()) == 2, within_s=SOON_S, what="both records")
    assert [(record["event"], record["identity"]) for record in function.taken()] == [
        ("INSERT", None),
        ("REMOVE", {"type": "Service", "principalId": "dynamodb.amazonaws.com"}),
    ]


def test_metrics_are_counted(functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path: Path) -> None:
    """CloudWatch has the mapping's event counters and the function's IteratorAge."""
    function = make_mapped_function(
        functions_stack, tmp_path, "metrics", FilterCriteria={"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]}
    )
    function.write(["a", "b", "a"])
    now = datetime.now(UTC)

    def total(metric: str, name: str, value: str) -> float:
        points = functions_stack.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value}],
            StartTime=now - timedelta(minutes=5),
            EndTime=now + timedelta(minutes=5),
            Period=60,
            Statistics=["Sum", "SampleCount"],
        )["Datapoints"]
        return sum(point["SampleCount" if metric == "IteratorAge" else "Sum"] for point in points)

    mapping = ("EventSourceMappingUUID", function.mapping_id)
    wait_until(lambda: total("PolledEventCount", *mapping) == 3, within_s=SOON_S, what="3 polled")
    wait_until(lambda: total("InvokedEventCount", *mapping) == 2, within_s=SOON_S, what="2 invoked")
    assert total("FilteredOutEventCount", *mapping) == 1
    assert total("IteratorAge", "FunctionName", "metrics") >= 1
