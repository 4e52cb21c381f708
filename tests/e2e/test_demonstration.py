"""The demonstration whole: real engines, real deployment, every check from the outside."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from demonstration.demo import INSTANCE
from demonstration.script import scripted
from fanout_local.errors import NoStackError
from fanout_local.left_overs import find_left_overs
from fanout_local.paths import checkout, instance_folder
from fanout_local.state import read_state

pytestmark = pytest.mark.e2e

FANOUT = [sys.executable, "-c", "from stream_processor.cli import main; main()"]
STARTED_WITHIN_S = 120
ENDED_WITHIN_S = 300


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a demonstration's output goes."""
    return tmp_path / "demo.log"


@pytest.fixture
def demo(log: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start demonstrations; whatever happens, none runs on after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*FANOUT, "demo", *options], cwd=checkout(), stdout=output, stderr=subprocess.STDOUT
            )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(ENDED_WITHIN_S)


def wait_until_up(process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the demonstration's stack runs."""
    deadline = time.monotonic() + STARTED_WITHIN_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            read_state(INSTANCE)
        except NoStackError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"no stack within {STARTED_WITHIN_S} s:\n{log.read_text()}")


def test_a_killed_stream_function_loses_nothing(
    demo: Callable[..., subprocess.Popen[bytes]], log: Path, tmp_path: Path
) -> None:
    """Every change arrives everywhere although SIGKILL ends the function's processes in the middle; and one checkout
    runs one demonstration at a time.
    """
    report_file = tmp_path / "report.json"
    first = demo("--json", str(report_file), "--kill-stream-function-at", "12")
    wait_until_up(first, log)
    second = subprocess.run([*FANOUT, "demo"], cwd=checkout(), capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert "runs already" in second.stderr
    assert "Traceback" not in second.stderr

    assert first.wait(ENDED_WITHIN_S) == 0, log.read_text()
    report = json.loads(report_file.read_text())
    assert report["verified"], log.read_text()
    assert report["changes"] == scripted().expected_changes
    assert all(it["delivered"] + it["skipped"] == report["changes"] for it in report["consumers"])
    assert "killed the stream function" in log.read_text()
    nothing_is_left()


def test_an_interrupt_takes_everything_down(demo: Callable[..., subprocess.Popen[bytes]], log: Path) -> None:
    """Ctrl-C ends the command as shells expect, and its engines with it."""
    process = demo()
    wait_until_up(process, log)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130, log.read_text()
    assert "Traceback" not in log.read_text()
    nothing_is_left()


def nothing_is_left() -> None:
    """Fail if a process of the demonstration's stack still runs."""
    assert not find_left_overs(instance_folder(INSTANCE))
