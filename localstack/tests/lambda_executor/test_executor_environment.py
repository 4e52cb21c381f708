"""Environments that run real functions with the real runtime client."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent
from typing import Any
from uuid import uuid4

import psutil
import pytest

from fanout_local.lambda_executor.environment import Environment
from fanout_local.lambda_executor.fleet import Fleet
from fanout_local.lambda_executor.invocation import Answer, Function, Invocation
from fanout_local.lambda_executor.settings import Settings
from fanout_local.paths import installation

pytestmark = pytest.mark.integration
DEADLINE_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One environment and the folder where it tells its process."""

    environment: Environment
    state_folder: Path

    def invoke(self, event: object) -> Answer:
        """Run one event."""
        return self.environment.invoke(
            Invocation(
                request_id=str(uuid4()),
                function_arn="arn:aws:lambda:us-east-1:000000000000:function:f",
                trace_id="Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
                payload=json.dumps(event).encode(),
            )
        )

    def value(self, event: object) -> Any:
        """Run one event that must succeed; what the handler returned."""
        answer = self.invoke(event)
        assert not answer.is_error, answer
        return json.loads(answer.payload)

    def error(self, event: object) -> tuple[str, str, str]:
        """Run one event that must fail: its type, message and log."""
        answer = self.invoke(event)
        assert answer.is_error, answer
        body = json.loads(answer.payload)
        return body["errorType"], body["errorMessage"], answer.logs

    def pid(self) -> int:
        """The process that the state folder names."""
        (note,) = self.state_folder.iterdir()
        told = json.loads(note.read_text())
        assert told["function"] == "f"
        return int(told["pid"])


Make = Callable[..., Bench]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes environments of functions given by their source; ends them."""
    made: list[Environment] = []
    fleets = {most: Fleet(most) for most in (2, 20)}

    def make(source: str, *, most: int = 20, **changes: Any) -> Bench:
        task_root, state_folder = tmp_path / f"task-{len(made)}", tmp_path / f"state-{len(made)}"
        task_root.mkdir()
        (task_root / "app.py").write_text(dedent(source))
        function = Function(
            name="f",
            version="$LATEST",
            runtime="python3.13",
            handler="app.handle",
            timeout_s=5.0,
            memory_mb=128,
            task_root=task_root,
        )
        environment = Environment(
            id_=f"e{len(made)}",
            function=replace(function, **changes),
            given={"AWS_REGION": "us-east-1", "AWS_LAMBDA_FUNCTION_NAME": "f"},
            settings=Settings(
                python=installation().function_python,
                state_folder=state_folder,
                marks={"FANOUT_LOCAL_INSTANCE_ID": "t"},
            ),
            fleet=fleets[most],
        )
        made.append(environment)
        return Bench(environment=environment, state_folder=state_folder)

    yield make
    for environment in made:
        environment.stop()


def until(condition: Callable[[], bool]) -> None:
    """Wait until something has come true."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.005)


def is_alive(pid: int) -> bool:
    """Whether a process runs (or is held still)."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


ECHO = """
    import os
    started = []
    def handle(event, context):
        started.append(event)
        print("got", event)
        return {"pid": os.getpid(), "event": event, "count": len(started), "id": context.aws_request_id,
                "left_ms": context.get_remaining_time_in_millis(), "arn": context.invoked_function_arn}
"""


def test_process_stays_warm(make: Make) -> None:
    """Events run one after another in one process, with the context that Lambda gives."""
    bench = make(ECHO)
    first, second = bench.value({"a": "é😀"}), bench.value({"b": 2})
    assert first["event"] == {"a": "é😀"}
    assert (first["count"], second["count"]) == (1, 2)
    assert first["pid"] == second["pid"] == bench.pid()
    assert first["id"] != second["id"]
    assert 4000 < first["left_ms"] <= 5000
    assert first["arn"].endswith(":function:f")


def test_logs_belong_to_their_invocation(make: Make) -> None:
    """Each log has its own START, prints, END and REPORT, in order; init's prints come first and once."""
    bench = make("print('init')\ndef handle(event, context):\n    print('line', event)")
    logs = [bench.invoke(number).logs.splitlines() for number in range(3)]
    assert [line.split(" ")[0].split("\t")[0] for line in logs[0]] == ["init", "START", "line", "END", "REPORT"]
    assert [[line for line in log if line.startswith("line")] for log in logs] == [["line 0"], ["line 1"], ["line 2"]]
    assert "Init Duration" in logs[0][-1]
    assert "Init Duration" not in logs[1][-1]


def test_much_output_is_not_lost(make: Make) -> None:
    """20,000 lines, by print, by the operating system and by a child process, are all in the log."""
    bench = make(
        """
        import os, subprocess, sys
        def handle(event, context):
            for number in range(10_000):
                print("out", number)
                print("err", number, file=sys.stderr)
            os.write(1, b"raw\\n")
            subprocess.run(["echo", "child"], check=True)
        """
    )
    lines = bench.invoke({}).logs.splitlines()
    assert [line for line in lines if line.startswith("out ")] == [f"out {number}" for number in range(10_000)]
    assert [line for line in lines if line.startswith("err ")] == [f"err {number}" for number in range(10_000)]
    assert "raw" in lines
    assert "child" in lines


def test_raised_exception(make: Make) -> None:
    """An exception is answered with type, message and stack, and the process goes on."""
    bench = make(
        "import os\ndef handle(event, context):\n    if event: raise ValueError('no é')\n    return os.getpid()"
    )
    before = bench.value(0)
    error_type, message, logs = bench.error(1)
    assert (error_type, message) == ("ValueError", "no é")
    assert "Traceback" in logs
    assert "Status: error" in logs
    assert bench.value(0) == before


def test_timeout_ends_the_process(make: Make) -> None:
    """A function that takes too long is killed with all it started; the next event gets a fresh process."""
    bench = make(
        """
        import os, subprocess, time
        def handle(event, context):
            if not event:
                return os.getpid()
            child = subprocess.Popen(["sleep", "1000"])
            print("child", child.pid, flush=True)
            time.sleep(1000)
        """,
        timeout_s=1.0,
    )
    first = bench.value(0)
    begun = time.monotonic()
    error_type, message, logs = bench.error(1)
    assert 1.0 <= time.monotonic() - begun < 2.5
    assert error_type == "Sandbox.Timedout"
    assert message.endswith("Task timed out after 1.00 seconds")
    assert "Task timed out after 1.00 seconds" in logs
    assert "Status: timeout" in logs
    child = int(logs.split("child ")[1].split()[0])
    assert not is_alive(first)
    until(lambda: not is_alive(child))
    assert bench.value(0) != first


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("os._exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 9)", "signal: killed"),
        ("os.kill(os.getpid(), 11)", "signal: segmentation fault"),
    ],
)
def test_process_that_ends_within_an_event(make: Make, end: str, reason: str) -> None:
    """The caller is told how the process ended, what it printed is kept, and the next event gets a fresh one."""
    bench = make(f"import os\ndef handle(event, context):\n    print('last words')\n    if event: {end}\n    return 1")
    bench.value(0)
    error_type, message, logs = bench.error(1)
    assert error_type == "Runtime.ExitError"
    assert message.endswith(f"Runtime exited with error: {reason}")
    assert "last words" in logs
    assert bench.value(0) == 1


def test_kill_from_outside_within_an_event(make: Make) -> None:
    """Kill -9 by the pid of the state folder ends the event as an error; the next one is served."""
    bench = make("import time\ndef handle(event, context):\n    time.sleep(event)\n    return 'done'", timeout_s=30)
    bench.value(0)
    pid = bench.pid()
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(bench.error, 1000)
        until(lambda: psutil.Process(pid).status() == psutil.STATUS_SLEEPING)
        os.kill(pid, signal.SIGKILL)
        error_type, message, _ = running.result(DEADLINE_S)
    assert (error_type, message.endswith("signal: killed")) == ("Runtime.ExitError", True)
    assert bench.value(0) == "done"
    assert bench.pid() != pid


def test_kill_between_events_is_not_noticed(make: Make) -> None:
    """A process lost between two events is replaced without an error."""
    bench = make(ECHO)
    pid = bench.value({})["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not any(bench.state_folder.iterdir()))
    assert bench.value({})["count"] == 1


def test_process_is_held_still_between_events(make: Make) -> None:
    """A thread that a handler left running makes no step until the next event, as in Lambda."""
    bench = make(
        """
        import threading, time
        steps = 0
        def work():
            global steps
            while True:
                steps += 1
                time.sleep(0.001)
        threading.Thread(target=work, daemon=True).start()
        def handle(event, context):
            before = steps
            if event:
                time.sleep(0.1)
            return before, steps
        """
    )
    _, first = bench.value(1)
    until(lambda: psutil.Process(bench.pid()).status() == psutil.STATUS_STOPPED)
    begun = time.monotonic()
    until(lambda: time.monotonic() - begun > 0.3)
    second, last = bench.value(1)
    assert second - first < 50
    assert last > second


@pytest.mark.parametrize(
    ("source", "error_type"),
    [
        ("import not_there\ndef handle(event, context): pass", "Runtime.ImportModuleError"),
        ("def other(event, context): pass", "Runtime.HandlerNotFound"),
        ("def handle(", "Runtime.UserCodeSyntaxError"),
        ("raise KeyError('SETTING')", "KeyError"),
        ("import os\nos._exit(7)", "Runtime.ExitError"),
    ],
)
def test_init_that_fails_is_an_answer_with_its_log(make: Make, source: str, error_type: str) -> None:
    """What goes wrong while the handler is loaded is told to each caller, each time anew."""
    bench = make("print('loading')\n" + source)
    for _ in range(2):
        found, _, logs = bench.error({})
        assert found == error_type
        assert "START" in logs
        assert "Status: error" in logs
        if error_type != "Runtime.UserCodeSyntaxError":
            assert "loading" in logs


def test_init_may_recover(make: Make) -> None:
    """After a failed init the next event starts afresh."""
    bench = make(
        """
        from pathlib import Path
        flag = Path(__file__).with_name("flag")
        if not flag.exists():
            flag.touch()
            raise RuntimeError("not yet")
        def handle(event, context):
            return "now"
        """
    )
    assert bench.error({})[0] == "RuntimeError"
    assert bench.value({}) == "now"


def test_large_payloads(make: Make) -> None:
    """6 MB go in and come out; more than that is Lambda's error, and the next event is served."""
    bench = make("def handle(event, context):\n    return event if isinstance(event, str) else 'x' * event")
    text = "é" * (3 * 1024 * 1024 - 100)
    assert bench.value(text) == text
    assert len(bench.value(6 * 1024 * 1024)) == 6 * 1024 * 1024
    error_type, message, _ = bench.error(6 * 1024 * 1024 + 200)
    assert error_type == "Function.ResponseSizeTooLarge"
    assert "exceeded maximum allowed payload size (6291556 bytes)" in message
    assert bench.value(1) == "x"


def test_variables_of_the_process(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process has Lambda's variables and its own folders, and nothing of ours."""
    monkeypatch.setenv("SECRET_OF_LOCALSTACK", "1")
    bench = make(
        """
        import os, sys, tempfile
        def handle(event, context):
            return dict(os.environ), sys.path[0], os.getcwd(), tempfile.gettempdir()
        """
    )
    variables, first_path, folder, temporary = bench.value({})
    assert variables["AWS_REGION"] == "us-east-1"
    assert variables["_X_AMZN_TRACE_ID"].startswith("Root=1-5759e988")
    assert variables["FANOUT_LOCAL_INSTANCE_ID"] == "t"
    assert variables["LAMBDA_TASK_ROOT"] == first_path == folder
    assert temporary == variables["HOME"]
    assert not {"SECRET_OF_LOCALSTACK", "FANOUT_LAMBDA_PARENT", "VIRTUAL_ENV"} & set(variables)


def test_number_of_warm_processes_is_capped(make: Make) -> None:
    """For one process too many, the one idle longest is ended; its environment serves again with a new one."""
    first, second, third = (make(ECHO, most=2) for _ in range(3))
    pids = [bench.value({})["pid"] for bench in (first, second, first, third)]
    assert pids[0] == pids[2]
    assert [is_alive(pid) for pid in pids[1:]] == [False, True, True]
    assert second.value({})["count"] == 1
    assert not is_alive(pids[0])


def test_running_process_is_never_ended_for_another(make: Make) -> None:
    """When all processes run an event, the cap gives way."""
    benches = [
        make("import os, time\ndef handle(event, context): time.sleep(event); return 1", most=2) for _ in range(4)
    ]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda bench: bench.value(0.5), benches)) == [1, 1, 1, 1]


def test_stop_lets_the_running_event_finish(make: Make) -> None:
    """An environment that is stopped in the middle of an event answers it, then ends."""
    bench = make("import os, time\ndef handle(event, context):\n    time.sleep(event)\n    return os.getpid()")
    pid = bench.value(0)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(bench.value, 0.5)
        until(lambda: psutil.Process(pid).status() == psutil.STATUS_SLEEPING)
        bench.environment.stop()
        assert running.result(DEADLINE_S) == pid
    assert not is_alive(pid)
    assert not any(bench.state_folder.iterdir())


def test_stop_ends_an_idle_process(make: Make) -> None:
    """An environment that is stopped while idle leaves no process and no note of one."""
    bench = make(ECHO)
    pid = bench.value({})["pid"]
    bench.environment.stop()
    assert not is_alive(pid)
    until(lambda: not any(bench.state_folder.iterdir()))


HOST = """
import sys
from pathlib import Path
from threading import Thread
from fanout_local.lambda_executor.environment import Environment
from fanout_local.lambda_executor.fleet import Fleet
from fanout_local.lambda_executor.invocation import Function, Invocation
from fanout_local.lambda_executor.settings import Settings

function = Function(name="f", version="1", runtime="python3.13", handler="app.handle", timeout_s=60, memory_mb=128,
                    task_root=Path(sys.argv[2]))
environment = Environment(id_="e", function=function, given={}, fleet=Fleet(2),
                          settings=Settings(python=Path(sys.argv[1]), state_folder=None, marks={}))
event = Invocation(request_id="r", function_arn="a", trace_id="t", payload=b"{}")
worker = Thread(target=lambda: print(environment.invoke(event).payload.decode(), flush=True))
worker.start()
worker.join()
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with the one that started it")
def test_kill_of_localstack_takes_the_functions_with_it(tmp_path: Path) -> None:
    """A process lives on after the thread that invoked it, and dies with the executor's process, even by kill -9."""
    (tmp_path / "app.py").write_text("import os\ndef handle(event, context): return os.getpid()")
    command = [sys.executable, "-c", HOST, str(installation().function_python), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as host:
        assert host.stdout is not None
        pid = int(host.stdout.readline())
        assert is_alive(pid)
        host.kill()
        until(lambda: not is_alive(pid))
