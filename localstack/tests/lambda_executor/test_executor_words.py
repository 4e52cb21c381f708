"""What Lambda tells of an invocation: log lines, error bodies, variables."""

import json
from pathlib import Path

import pytest

from fanout_local.lambda_executor.invocation import Function
from fanout_local.lambda_executor.log_file import LogFile
from fanout_local.lambda_executor.log_lines import Measured, end_lines
from fanout_local.lambda_executor.outcome import Exited, Outcome, Raised, Responded, TimedOut, TooLarge
from fanout_local.lambda_executor.settings import SettingError, Settings, read_settings
from fanout_local.lambda_executor.telling import tell
from fanout_local.lambda_executor.variables import lambda_variables, process_variables

FUNCTION = Function(
    name="f",
    version="$LATEST",
    runtime="python3.13",
    handler="app.handle",
    timeout_s=3.0,
    memory_mb=256,
    task_root=Path("/task"),
    layers=(Path("/layer"),),
)


@pytest.mark.parametrize(
    ("outcome", "error_type", "message", "status"),
    [
        (TimedOut(), "Sandbox.Timedout", "RequestId: r-1 Error: Task timed out after 3.00 seconds", "timeout"),
        (
            Exited(code=3),
            "Runtime.ExitError",
            "RequestId: r-1 Error: Runtime exited with error: exit status 3",
            "error",
        ),
        (
            Exited(code=0),
            "Runtime.ExitError",
            "RequestId: r-1 Error: Runtime exited without providing a reason",
            "error",
        ),
        (
            Exited(code=-9),
            "Runtime.ExitError",
            "RequestId: r-1 Error: Runtime exited with error: signal: killed",
            "error",
        ),
        (
            TooLarge(size_bytes=7_000_000),
            "Function.ResponseSizeTooLarge",
            "Response payload size (7000000 bytes) exceeded maximum allowed payload size (6291556 bytes).",
            "error",
        ),
    ],
)
def test_error_is_worded_as_lambda_does(outcome: Outcome, error_type: str, message: str, status: str) -> None:
    """Each way to end without an answer has Lambda's error type, message and REPORT status."""
    told = tell(outcome, request_id="r-1", timeout_s=3.0, at_s=0.0)
    assert json.loads(told.payload) == {"errorType": error_type, "errorMessage": message}
    assert told.is_error
    assert told.status == status


def test_answers_pass_unchanged() -> None:
    """The handler's answer and the runtime client's error reach the caller byte by byte."""
    body = '{"é": [1, 2]}'.encode()
    good = tell(Responded(body=body), request_id="r", timeout_s=1, at_s=0)
    bad = tell(Raised(body=body), request_id="r", timeout_s=1, at_s=0)
    assert (good.payload, good.is_error) == (body, False)
    assert (bad.payload, bad.is_error) == (body, True)


def test_timeout_line() -> None:
    """The log tells when the time ran out."""
    told = tell(TimedOut(), request_id="r-1", timeout_s=3, at_s=1_700_000_000.25)
    assert told.lines == "2023-11-14T22:13:20.250Z r-1 Task timed out after 3.00 seconds\n\n"


def test_report_of_a_cold_start_that_failed() -> None:
    """REPORT tells duration, init and status in one line with tabs."""
    lines = end_lines("r-1", FUNCTION, Measured(duration_ms=12.25, init_ms=99.9, peak_memory_mb=40, status="error"))
    assert lines == (
        "END RequestId: r-1\n"
        "REPORT RequestId: r-1\tDuration: 12.25 ms\tBilled Duration: 13 ms\tMemory Size: 256 MB\t"
        "Max Memory Used: 40 MB\tInit Duration: 99.90 ms\tStatus: error\n"
    )


def test_only_lambdas_variables_are_kept() -> None:
    """What LocalStack adds for its own init is left out, unless the function itself is configured with it."""
    given = {
        "AWS_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": 128,
        "LOCALSTACK_HOSTNAME": "h",
        "LOCALSTACK_RUNTIME_ID": "i",
        "EDGE_PORT": "4566",
        "MINE": None,
    }
    kept = lambda_variables(given, configured={"LOCALSTACK_HOSTNAME"})
    assert kept == {"AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "LOCALSTACK_HOSTNAME": "h"}


def test_process_gets_a_home_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of our own environment is passed on; code and layers are importable; marks are carried."""
    monkeypatch.setenv("AWS_PROFILE", "private")
    settings = Settings(python=Path("/venv/bin/python"), state_folder=None, marks={"MARK": "1"})
    variables = process_variables(
        FUNCTION, {"AWS_REGION": "r", "HOME": "/given"}, settings=settings, home=Path("/h"), runtime_api="a:1"
    )
    assert variables["HOME"] == variables["TMPDIR"] == "/h"
    assert variables["PYTHONPATH"] == "/task:/layer/python/lib/python3.13/site-packages:/layer/python"
    assert variables["AWS_LAMBDA_RUNTIME_API"] == "a:1"
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert variables["MARK"] == "1"
    assert "AWS_PROFILE" not in variables


def test_tables_may_be_reached_directly() -> None:
    """The setting for DynamoDB's address reaches the function as the variable that its SDK reads."""
    settings = Settings(python=Path("/p"), state_folder=None, marks={}, dynamodb_endpoint="http://127.0.0.1:1")
    variables = process_variables(FUNCTION, {}, settings=settings, home=Path("/h"), runtime_api="a:1")
    assert variables["AWS_ENDPOINT_URL_DYNAMODB"] == "http://127.0.0.1:1"


def test_log_is_read_once_and_whole(tmp_path: Path) -> None:
    """Each part of a log is read once; a character written in two halves is not broken."""
    log = LogFile(tmp_path / "log")
    first, second = "é".encode()[:1], "é".encode()[1:]
    with log.path.open("ab", buffering=0) as process:
        log.write("START\n")
        process.write(b"caf" + first)
        assert log.read_new() == "START\ncaf"
        process.write(second + b"\n")
        log.write("END\n")
        assert log.read_new() == "é\nEND\n"
        assert log.read_new() == ""


@pytest.mark.parametrize("environ", [{}, {"FANOUT_LAMBDA_PYTHON": "/nowhere/python"}])
def test_wrong_setting_is_named(environ: dict[str, str]) -> None:
    """A missing or unusable interpreter is an error that names the variable."""
    with pytest.raises(SettingError, match="FANOUT_LAMBDA_PYTHON"):
        read_settings(environ)
