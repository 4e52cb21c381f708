"""`fanout-local` with the real engines, in two starts: one that is killed, one that is stopped."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.exceptions import WaiterError
from waiting import wait_until

from fanout_local.environment import stack_environment
from fanout_local.left_overs import find_left_overs
from fanout_local.paths import InstanceFolder, instance_folder
from fanout_local.state import StackState, read_state

pytestmark = pytest.mark.integration

NAME = f"command-{os.getpid()}"
START_S = 240
TABLE = {
    "TableName": "kept",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
    "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
}


def fanout_local(*arguments: str, instance: str = NAME) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    command = [sys.executable, "-m", "fanout_local.cli", *arguments, "--instance", instance]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=START_S)


@pytest.fixture(scope="module")
def folder() -> Iterator[InstanceFolder]:
    """The instance of these tests; nothing of it stays."""
    folder = instance_folder(NAME)
    yield folder
    fanout_local("down")
    shutil.rmtree(folder.root)


@pytest.fixture(scope="module")
def first(folder: InstanceFolder) -> StackState:
    """The stack, started afresh in the background, with the table deployed."""
    answer = fanout_local("up", "--detach", "--fresh")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    for title in ("DynamoDB Local", "OpenSearch", "LocalStack", "WebSocket gateway", "Event source mappings"):
        assert title in answer.stdout
    state = read_state(folder.name)
    deploy(state)
    return state


@pytest.fixture(scope="module")
def second(first: StackState, folder: InstanceFolder) -> StackState:
    """The stack started again, keeping what it has, after its supervisor was killed."""
    client(first, "dynamodb").put_item(TableName="kept", Item={"id": {"S": "before"}})
    put_document(first, "before")
    os.kill(first.supervisor.pid, signal.SIGKILL)
    wait_until(lambda: not find_left_overs(folder), within_s=10, what="all engines end with their supervisor")
    answer = fanout_local("up", "--detach")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return read_state(NAME)


def client(state: StackState, service: str) -> Any:
    """An AWS client made from the environment that programs get."""
    environment = stack_environment(state)
    return boto3.client(
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
    )


def deploy(state: StackState, **changes: Any) -> str:
    """Deploy the table by CloudFormation; returns how that ended."""
    template = {"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": {**TABLE, **changes}}}}
    cloudformation = client(state, "cloudformation")
    name = f"tables-{time.monotonic_ns()}"
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    waiter = {"Delay": 1, "MaxAttempts": 60}
    with suppress(WaiterError):  # a failed deployment is an answer too
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=waiter)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return " ".join(f"{event['ResourceStatus']} {event.get('ResourceStatusReason', '')}" for event in events)


def put_document(state: StackState, name: str) -> None:
    """Index a document."""
    address = f"{state.endpoints.opensearch}/kept/_doc/{name}?refresh=true"
    urlopen(Request(address, b"{}", {"Content-Type": "application/json"}, method="PUT"), timeout=30).close()


def test_status_tells_that_all_is_well(first: StackState) -> None:
    """`status --json` has every engine healthy, with its memory and the endpoints."""
    answer = fanout_local("status", "--json")
    assert answer.returncode == 0
    status = json.loads(answer.stdout)
    assert status["status"] == "healthy"
    assert set(status["engines"]) == {"dynamodb", "localstack", "mappings", "opensearch", "websocket"}
    assert all(engine["healthy"] and engine["memory_bytes"] > 10_000_000 for engine in status["engines"].values())
    assert status["endpoints"]["aws"] == first.endpoints.aws


def test_mappings_of_an_empty_stack(first: StackState) -> None:
    """`mappings` says that there is none; nothing was made for them, not even a table."""
    answer = fanout_local("mappings")
    assert answer.returncode == 0
    assert "No event source mapping" in answer.stdout
    assert json.loads(fanout_local("mappings", "--json").stdout)["mappings"] == []
    assert client(first, "dynamodb").list_tables()["TableNames"] == ["kept"]


def test_the_running_stack_is_not_started_twice(first: StackState) -> None:
    """A second `up` says what runs, and ends with an error."""
    answer = fanout_local("up")
    assert answer.returncode == 1
    assert f"runs already (process {first.supervisor.pid})" in answer.stderr


def test_a_port_in_use_is_named(first: StackState) -> None:
    """Another instance that asks for a port of this one is told which port and who has it."""
    port = first.processes["localstack"].port
    answer = fanout_local("up", "--port-aws", str(port), instance=f"{NAME}-b")
    shutil.rmtree(instance_folder(f"{NAME}-b").root)
    assert answer.returncode == 1
    assert f"Port {port} is in use by process {first.processes['localstack'].process.pid}" in answer.stderr


def test_expired_items_go(first: StackState) -> None:
    """A table deployed with a TTL attribute loses expired items, and the stream names DynamoDB as who did it."""
    dynamodb, streams = client(first, "dynamodb"), client(first, "dynamodbstreams")
    dynamodb.put_item(TableName="kept", Item={"id": {"S": "old"}, "expires_at": {"N": str(int(time.time()) - 60)}})
    key = {"id": {"S": "old"}}
    wait_until(
        lambda: "Item" not in dynamodb.get_item(TableName="kept", Key=key, ConsistentRead=True),
        within_s=40,
        what="the expired item goes",
    )
    arn = dynamodb.describe_table(TableName="kept")["Table"]["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    removed = [record for record in records if record["dynamodb"]["Keys"] == key and record["eventName"] == "REMOVE"]
    assert [record["userIdentity"]["PrincipalId"] for record in removed] == ["dynamodb.amazonaws.com"]


def test_engines_are_reached_from_this_machine_only(first: StackState) -> None:
    """LocalStack, OpenSearch and the gateway listen on loopback alone."""
    elsewhere = socket.gethostbyname(socket.gethostname())
    if elsewhere.startswith("127."):
        pytest.skip("this machine has no other address")
    for name in ("localstack", "opensearch", "websocket"):
        with socket.socket() as attempt, pytest.raises(ConnectionRefusedError):
            attempt.connect((elsewhere, first.processes[name].port))


def test_tables_and_indexes_survive(second: StackState) -> None:
    """Killed and started again without --fresh, the item, the document and the TTL are there."""
    item = client(second, "dynamodb").get_item(TableName="kept", Key={"id": {"S": "before"}}, ConsistentRead=True)
    assert "Item" in item
    with urlopen(f"{second.endpoints.opensearch}/kept/_doc/before", timeout=30) as answer:
        assert json.load(answer)["found"]


def test_a_kept_table_is_adopted_by_the_next_deployment(second: StackState) -> None:
    """The same table deploys over the kept one, with its items; one with other keys is refused with the remedy."""
    before = client(second, "dynamodb").describe_table(TableName="kept")["Table"]["LatestStreamArn"]
    refused = deploy(
        second,
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
    )
    assert "CREATE_FAILED" in refused
    assert "kept from an earlier run" in refused
    assert "--fresh" in refused
    adopted = deploy(second)
    assert "CREATE_FAILED" not in adopted
    table = client(second, "dynamodb").describe_table(TableName="kept")["Table"]
    assert table["LatestStreamArn"] == before
    assert table["ItemCount"] == 1


def test_down_leaves_nothing(second: StackState, folder: InstanceFolder) -> None:
    """After `down` no process and no port is left, and `status` says so with its own exit code."""
    assert fanout_local("down").returncode == 0
    assert not find_left_overs(folder)
    for engine in second.processes.values():
        with socket.socket() as attempt:
            assert attempt.connect_ex(("127.0.0.1", engine.port)) != 0
    answer = fanout_local("status")
    assert answer.returncode == 3
    assert "does not run" in answer.stdout
