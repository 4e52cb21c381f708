"""Small local stacks for measuring event source mappings: LocalStack and DynamoDB Local, with our runner or without."""

import io
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from fanout_local.engines.dynamodb import dynamodb
from fanout_local.engines.engine import Engine
from fanout_local.engines.localstack import localstack
from fanout_local.engines.mappings import mappings
from fanout_local.paths import installation, instance_folder
from fanout_local.ports import PortWishes, choose_ports
from fanout_local.reporter import SilentReporter
from fanout_local.stack import endpoints
from fanout_local.state import Endpoints, StackState
from fanout_local.supervisor import Supervisor

ENABLED_WITHIN_S = 30
OWN_SETTINGS = (
    "PROVIDER_OVERRIDE_LAMBDA",
    "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC",
    "LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC",
)
"""Without these LocalStack polls streams itself, as often as it does by default."""
CODE = """
import os, time

def handle(event, context):
    line = "".join(f"{record['dynamodb']['Keys']['id']['S']} {time.time()}\\n" for record in event["Records"])
    journal = os.open(os.environ["JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(journal, line.encode())
    os.close(journal)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedTable:
    """A table whose changes reach a function, which notes when."""

    stack: StackState
    name: str
    stream_arn: str
    journal: Path

    def latency_s(self, item: str) -> float:
        """Write an item; return how long it took until the function had it."""
        written_s = time.time()
        client(self.stack.endpoints.dynamodb, "dynamodb").put_item(TableName=self.name, Item={"id": {"S": item}})
        while True:
            for line in self.journal.read_text().splitlines() if self.journal.exists() else ():
                name, arrived_s = line.split()
                if name == item:
                    return float(arrived_s) - written_s
            time.sleep(0.02)


@contextmanager
def mapping_stack(name: str, *, runner: bool) -> Iterator[tuple[StackState, Path]]:
    """A running stack and its folder; without our runner LocalStack's own poller serves the mappings."""
    with tempfile.TemporaryDirectory() as local:
        folder = instance_folder(name, local=Path(local))
        for place in (folder.logs, folder.data, folder.functions):
            place.mkdir(parents=True)
        ports, installed = choose_ports(PortWishes()), installation()
        engines: list[Engine] = [
            localstack(
                installed, data=folder.data, functions=folder.functions, port=ports.aws, dynamodb_port=ports.dynamodb
            ),
            dynamodb(installed, data=folder.data, port=ports.dynamodb),
        ]
        if runner:
            engines.append(
                mappings(logs=folder.logs, port=ports.mappings, aws_port=ports.aws, dynamodb_port=ports.dynamodb)
            )
        else:
            environment = {name: value for name, value in engines[0].environment.items() if name not in OWN_SETTINGS}
            engines[0] = replace(engines[0], environment=environment)
        supervisor = Supervisor(folder=folder, engines=engines, endpoints=endpoints(ports), reporter=SilentReporter())
        try:
            yield supervisor.start(), folder.root
        finally:
            supervisor.stop()


def client(endpoint: str, service: str) -> Any:
    """boto3's client."""
    session: Any = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    return session.client(service, endpoint_url=endpoint)


def make_table(where: Endpoints, name: str) -> str:
    """Make a table with a stream; return the stream's ARN."""
    arn: str = client(where.aws, "dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]["LatestStreamArn"]
    return arn


def map_table(stack: StackState, folder: Path, name: str) -> MappedTable:
    """Make a table, a function and the mapping between them; return once it says Enabled."""
    stream_arn, journal = make_table(stack.endpoints, name), folder / f"{name}.txt"
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", CODE)
    functions = client(stack.endpoints.aws, "lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="index.handle",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"JOURNAL": str(journal)}},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    mapping = functions.create_event_source_mapping(
        EventSourceArn=stream_arn, FunctionName=name, StartingPosition="TRIM_HORIZON"
    )
    until_s = time.monotonic() + ENABLED_WITHIN_S
    while (state := functions.get_event_source_mapping(UUID=mapping["UUID"])["State"]) != "Enabled":
        if time.monotonic() > until_s:
            raise TimeoutError(f"The mapping still says {state}.")
        time.sleep(0.05)
    return MappedTable(stack=stack, name=name, stream_arn=stream_arn, journal=journal)


def fill_table(where: Endpoints, name: str, *, items: int, item_bytes: int) -> None:
    """Write items of a size, 25 a call."""
    tables, body = client(where.dynamodb, "dynamodb"), "x" * item_bytes
    for begin in range(0, items, 25):
        puts = [
            {"PutRequest": {"Item": {"id": {"S": str(number)}, "body": {"S": body}}}}
            for number in range(begin, min(items, begin + 25))
        ]
        tables.batch_write_item(RequestItems={name: puts})
