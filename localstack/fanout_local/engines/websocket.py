"""The WebSocket gateway: what API Gateway does for WebSocket APIs, which the open LocalStack lacks."""

import sys
from pathlib import Path

from fanout_local.engines.engine import Engine
from fanout_local.environment import STAGE

NAME = "websocket"
HEALTH_PATH = "/_health"


def websocket(*, logs: Path, port: int, aws_port: int) -> Engine:
    """Our own gateway. It starts with nothing deployed and serves once a WebSocket API is."""
    return Engine(
        name=NAME,
        title="WebSocket gateway",
        port=port,
        command=(
            sys.executable,
            "-m",
            "fanout_local.websocket_gateway",
            "--port",
            str(port),
            "--aws-endpoint",
            f"http://127.0.0.1:{aws_port}",
            "--stack-name",
            f"fanout-{STAGE}",
            "--stage",
            STAGE,
        ),
        folder=logs,
        environment={
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "PYTHONUNBUFFERED": "1",
        },
        health_path=HEALTH_PATH,
        deadline_s=30,
    )
