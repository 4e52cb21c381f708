"""Functions invoked through LocalStack's Lambda API."""

import base64
import io
import json
import os
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from textwrap import dedent
from typing import Any
from uuid import uuid4

import psutil
import pytest
from functions_stack import FunctionsStack

pytestmark = pytest.mark.integration
DEADLINE_S = 15
ROLE = "arn:aws:iam::000000000000:role/any"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A function that can be invoked."""

    name: str
    stack: FunctionsStack
    api: Any

    def invoke(self, event: object, **options: Any) -> dict[str, Any]:
        """Invoke it by the API: the response, its payload read."""
        response: dict[str, Any] = self.api.invoke(
            FunctionName=self.name, Payload=json.dumps(event).encode(), **options
        )
        return {**response, "Payload": response["Payload"].read()}

    def value(self, event: object) -> Any:
        """What the handler returned."""
        response = self.invoke(event)
        assert "FunctionError" not in response, response
        return json.loads(response["Payload"])

    def log(self) -> list[str]:
        """The messages in its log group by now, of all streams."""
        logs = self.stack.client("logs")
        group = f"/aws/lambda/{self.name}"
        try:
            pages = list(logs.get_paginator("filter_log_events").paginate(logGroupName=group))
        except logs.exceptions.ResourceNotFoundException:
            return []
        return [event["message"].rstrip("\n") for page in pages for event in page["events"]]


Deploy = Callable[..., Deployed]


@pytest.fixture
def deploy(functions_stack: FunctionsStack) -> Iterator[Deploy]:
    """Deploys functions given by their source; deletes them."""
    api = functions_stack.client("lambda")
    names: list[str] = []

    def deploy(source: str, **options: Any) -> Deployed:
        name = f"f-{uuid4().hex[:8]}"
        api.create_function(
            FunctionName=name,
            **{"Runtime": "python3.13", "Handler": "app.handle", "Role": ROLE, "Timeout": 10, **options},
            Code={"ZipFile": zipped(source)},
        )
        names.append(name)
        api.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
        return Deployed(name=name, stack=functions_stack, api=api)

    yield deploy
    for name in names:
        api.delete_function(FunctionName=name)


def zipped(source: str) -> bytes:
    """A function's artifact."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", dedent(source))
    return buffer.getvalue()


def until(condition: Callable[[], bool]) -> None:
    """Wait until something has come true."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def test_warm_invoke_is_quick(deploy: Deploy) -> None:
    """A function is started once, and a warm invoke through the API takes some 10 ms (checked loosely)."""
    function = deploy("import os\ndef handle(event, context): return os.getpid()")
    pids, seconds = set(), []
    for _ in range(40):
        begun = time.perf_counter()
        pids.add(function.value({}))
        seconds.append(time.perf_counter() - begun)
    assert len(pids) == 1
    assert sorted(seconds)[len(seconds) // 2] < 0.1


@pytest.mark.parametrize("runtime", ["python3.10", "python3.12", "python3.13"])
def test_function_finds_its_surroundings(deploy: Deploy, runtime: str) -> None:
    """Name, version, memory, log names, handler, region, credentials and endpoint are as in Lambda."""
    function = deploy(
        "import os\ndef handle(event, context): return [dict(os.environ), context.memory_limit_in_mb]",
        Runtime=runtime,
        MemorySize=192,
        Environment={"Variables": {"MINE": "ünï", "LOCALSTACK_MINE": "1"}},
    )
    variables, memory_mb = function.value({})
    endpoint = function.stack.endpoints.aws
    expected = {
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "192",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "_HANDLER": "app.handle",
        "TZ": ":UTC",
        "MINE": "ünï",
        "LOCALSTACK_MINE": "1",
        "FANOUT_LOCAL_INSTANCE_ID": function.stack.folder.mark,
    }
    assert {name: variables.get(name) for name in expected} == expected
    assert memory_mb == "192"
    assert {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"} <= set(variables)
    known = {"LOCALSTACK_MINE", "FANOUT_LOCAL_INSTANCE_ID"}
    foreign = [name for name in variables if name.startswith(("LOCALSTACK", "FANOUT", "GATEWAY", "EDGE_"))]
    assert set(foreign) <= known


def test_function_calls_aws(deploy: Deploy) -> None:
    """A real boto3 client in the function reaches the services by the environment alone."""
    function = deploy(
        """
        import boto3
        def handle(event, context):
            queue = boto3.client("sqs").create_queue(QueueName=event)["QueueUrl"]
            boto3.client("sqs").send_message(QueueUrl=queue, MessageBody="from the function")
            return queue
        """
    )
    url = function.value(f"q-{uuid4().hex[:8]}")
    messages = function.stack.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    assert [message["Body"] for message in messages] == ["from the function"]


def test_events_at_once_get_environments_of_their_own(deploy: Deploy) -> None:
    """Eight events at once run in eight processes, one event each; afterwards one process is used again."""
    function = deploy("import os, time\ndef handle(event, context):\n    time.sleep(event)\n    return os.getpid()")
    with ThreadPoolExecutor(8) as pool:
        pids = list(pool.map(function.value, [2.0] * 8))
    assert len(set(pids)) == 8
    assert function.value(0) in pids


@pytest.mark.parametrize(
    ("event", "error_type"),
    [("sleep", "Sandbox.Timedout"), ("exit", "Runtime.ExitError"), ("raise", "ValueError")],
)
def test_failed_invocation_and_the_next(deploy: Deploy, event: str, error_type: str) -> None:
    """Time-out, exit and exception come back as function errors; the next invocation is served."""
    function = deploy(
        """
        import os, time
        def handle(event, context):
            if event == "sleep": time.sleep(100)
            if event == "exit": os._exit(1)
            if event == "raise": raise ValueError("no")
            return event
        """,
        Timeout=1,
    )
    response = function.invoke(event)
    assert response["StatusCode"] == 200
    assert response["FunctionError"] == "Unhandled"
    assert json.loads(response["Payload"])["errorType"] == error_type
    assert function.value("well") == "well"


def test_process_killed_from_outside(deploy: Deploy) -> None:
    """A kill -9 of the process that the state folder names is a function error, and the next invocation is served."""
    function = deploy("import time\ndef handle(event, context):\n    time.sleep(event)\n    return 1", Timeout=60)
    function.value(0)
    (note,) = function.stack.folder.functions.glob(f"{function.name}-*.json")
    told = json.loads(note.read_text())
    assert told["function"] == function.name
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(function.invoke, 1000)
        until(lambda: _state(told["pid"]) == psutil.STATUS_SLEEPING)
        os.kill(told["pid"], signal.SIGKILL)
        response = running.result(DEADLINE_S)
    assert json.loads(response["Payload"])["errorType"] == "Runtime.ExitError"
    assert function.value(0) == 1


def test_logs_reach_cloudwatch_unmixed(deploy: Deploy) -> None:
    """Every line of invocations at once is in the log group, between START and END of its own invocation."""
    function = deploy(
        """
        import time
        def handle(event, context):
            for number in range(20):
                print(f"{context.aws_request_id} é😀 {number}")
                time.sleep(0.005)
        """
    )
    with ThreadPoolExecutor(4) as pool:
        ids = [response["ResponseMetadata"]["RequestId"] for response in pool.map(function.invoke, range(20))]
    until(lambda: sum(line.startswith("REPORT") for line in function.log()) == 20)
    logs = function.stack.client("logs")
    group = f"/aws/lambda/{function.name}"
    found: dict[str, list[str]] = {}
    for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]:
        page = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)
        current = ""
        for message in (event["message"].rstrip("\n") for event in page["events"]):
            if message.startswith("START RequestId: "):
                current = message.split(" ")[2]
            elif message.startswith("END"):
                current = ""
            elif "é😀" in message:
                assert message.startswith(current), "a line is in another invocation's part"
                found.setdefault(current, []).append(message)
    assert found == {id_: [f"{id_} é😀 {number}" for number in range(20)] for id_ in ids}


def test_failed_init_is_told_and_logged(deploy: Deploy) -> None:
    """What goes wrong while the handler is loaded reaches the caller and the log group."""
    function = deploy("print('about to fail')\nimport not_there")
    response = function.invoke({}, LogType="Tail")
    assert json.loads(response["Payload"])["errorType"] == "Runtime.ImportModuleError"
    assert "about to fail" in base64.b64decode(response["LogResult"]).decode()
    until(lambda: "about to fail" in function.log())


def test_large_payloads_through_the_api(deploy: Deploy) -> None:
    """Nearly 6 MB go through the API both ways."""
    function = deploy("def handle(event, context): return event")
    text = "é" * (3 * 1024 * 1024 - 1000)
    response = function.api.invoke(FunctionName=function.name, Payload=json.dumps(text, ensure_ascii=False).encode())
    assert json.loads(response["Payload"].read()) == text


def test_asynchronous_invocation(deploy: Deploy) -> None:
    """An event invocation answers 202 at once and runs."""
    function = deploy("def handle(event, context): print('ran with', event)")
    assert function.invoke({"a": 1}, InvocationType="Event")["StatusCode"] == 202
    until(lambda: "ran with {'a': 1}" in function.log())


def test_new_code_gets_new_processes(deploy: Deploy) -> None:
    """After an update the new code runs, and the old version's processes end."""
    function = deploy("import os\ndef handle(event, context): return ['old', os.getpid()]")
    _, old_pid = function.value({})
    function.api.update_function_code(
        FunctionName=function.name, ZipFile=zipped("def handle(event, context): return ['new', 0]")
    )
    function.api.get_waiter("function_updated_v2").wait(FunctionName=function.name, WaiterConfig={"Delay": 1})
    assert function.value({})[0] == "new"
    until(lambda: _state(old_pid) in {"", psutil.STATUS_ZOMBIE})


def _state(pid: int) -> str:
    """How a process does, "" when there is none."""
    try:
        return psutil.Process(pid).status()
    except psutil.NoSuchProcess:
        return ""
