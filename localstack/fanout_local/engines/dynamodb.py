"""DynamoDB Local: the tables and their streams, stored in the instance's folder."""

from pathlib import Path

from fanout_local.engines.engine import Engine
from fanout_local.paths import Installation

NAME = "dynamodb"
HEALTH_PATH = "/"


def dynamodb(installed: Installation, *, data: Path, port: int) -> Engine:
    """DynamoDB Local 2.6.1 (3.x loses who deleted an expired item), about 180 MB.

    It listens on all interfaces and cannot be told otherwise. It writes a file into its working directory.
    """
    folder = data / NAME
    tables = folder / "tables"
    return Engine(
        name=NAME,
        title="DynamoDB Local",
        port=port,
        needs=(installed.java, installed.dynamodb),
        command=(
            str(installed.java),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            f"-Djava.library.path={installed.dynamodb}",
            "-cp",
            f"{installed.dynamodb}/*",
            "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
            "-sharedDb",
            "-disableTelemetry",
            "-dbPath",
            str(tables),
            "-port",
            str(port),
        ),
        folder=folder,
        prepare=lambda: tables.mkdir(parents=True, exist_ok=True),
        health_path=HEALTH_PATH,
        any_answer=True,
        all_interfaces=True,
        deadline_s=30,
    )
