"""A runner as a process of its own, which tests may stop, kill and hold."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from functions_stack import FunctionsStack

END_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerProcess:
    """One that serves its page."""

    process: subprocess.Popen[str]
    url: str
    log: Path

    def page(self) -> dict[str, Any]:
        """What `fanout-local mappings` shows."""
        with urlopen(f"{self.url}/mappings", timeout=5) as answer:
            told: dict[str, Any] = json.load(answer)
        return told

    def mapping(self, mapping_id: str) -> dict[str, Any]:
        """One mapping of the page; empty when it is not there."""
        return next((mapping for mapping in self.page()["mappings"] if mapping["mapping"] == mapping_id), {})

    def reads(self, mapping_id: str) -> bool:
        """Whether it holds a lease of the mapping."""
        return any(shard["owner"] == "this runner" for shard in self.mapping(mapping_id).get("shards", ()))

    def send(self, number: signal.Signals) -> None:
        """Signal the process."""
        self.process.send_signal(number)


@contextmanager
def running_runner(
    stack: FunctionsStack, log: Path, *, table: str, lease_s: float = 3.0, tell: bool = True
) -> Iterator[RunnerProcess]:
    """A runner on the stack, with a state table and leases of its own kind; `tell`: LocalStack shows what it says."""
    command = [
        *(sys.executable, "-m", "fanout_local.event_source_mapping"),
        *("--aws-endpoint", stack.endpoints.aws, "--dynamodb-local", stack.endpoints.dynamodb),
        *("--state-table", table, "--lease-s", str(lease_s), "--metrics-every-s", "1"),
        *(["--tell-localstack"] if tell else []),
    ]
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with log.open("a") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, **credentials}
        )
    assert process.stdout
    try:
        yield RunnerProcess(process=process, url=process.stdout.readline().split()[1], log=log)
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
