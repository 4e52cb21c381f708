"""What integration tests of the local stack's own parts share: LocalStack, DynamoDB Local and the gateway.

OpenSearch is left out, and the runner of mappings: its tests start their own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from functions_stack import FunctionsStack

from fanout_local.engines.dynamodb import dynamodb
from fanout_local.engines.localstack import localstack
from fanout_local.engines.websocket import websocket
from fanout_local.paths import installation, instance_folder
from fanout_local.ports import PortWishes, choose_ports
from fanout_local.reporter import SilentReporter
from fanout_local.stack import endpoints
from fanout_local.supervisor import Supervisor


@pytest.fixture(scope="session")
def functions_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FunctionsStack]:
    """One for all tests; each test names its own functions."""
    folder = instance_folder("functions", local=Path(tmp_path_factory.mktemp("local")))
    folder.logs.mkdir(parents=True)
    ports = choose_ports(PortWishes())
    installed = installation()
    engines = (
        localstack(
            installed, data=folder.data, functions=folder.functions, port=ports.aws, dynamodb_port=ports.dynamodb
        ),
        dynamodb(installed, data=folder.data, port=ports.dynamodb),
        websocket(logs=folder.logs, port=ports.websocket, aws_port=ports.aws),
    )
    supervisor = Supervisor(folder=folder, engines=engines, endpoints=endpoints(ports), reporter=SilentReporter())
    try:
        supervisor.start()
        yield FunctionsStack(folder=folder, endpoints=endpoints(ports))
    finally:
        supervisor.stop()
