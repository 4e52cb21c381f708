"""The event source mappings of DynamoDB streams: what Lambda's own stream pollers do, which LocalStack's does not."""

import sys
from pathlib import Path

from fanout_local.engines.engine import Engine
from fanout_local.event_source_mapping.runner.http_page import HEALTH_PATH

NAME = "mappings"


def mappings(*, logs: Path, port: int, aws_port: int, dynamodb_port: int) -> Engine:
    """Our own runner. It serves every mapping that is made; how far each is lies in a table: it can be restarted."""
    return Engine(
        name=NAME,
        title="Event source mappings",
        port=port,
        command=(
            sys.executable,
            "-m",
            "fanout_local.event_source_mapping",
            "--port",
            str(port),
            "--aws-endpoint",
            f"http://127.0.0.1:{aws_port}",
            "--dynamodb-local",
            f"http://127.0.0.1:{dynamodb_port}",
            "--tell-localstack",
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


__all__ = ["HEALTH_PATH", "NAME", "mappings"]
