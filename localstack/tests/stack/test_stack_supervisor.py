"""The supervisor, on small engines in real processes."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from small_engines import SERVER, empty_instance, free_port, small_engine, supervise
from waiting import wait_until

from fanout_local.engine_process import answers
from fanout_local.engines.engine import Engine
from fanout_local.errors import LocalStackError
from fanout_local.left_overs import find_left_overs
from fanout_local.paths import InstanceFolder
from fanout_local.reporter import SilentReporter
from fanout_local.state import read_state_of
from fanout_local.supervisor import RESTARTS, Supervisor

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); {then}\n" + SERVER
FAILING = "import sys; print('No space left on device', flush=True); sys.exit(3)"


class Listener(SilentReporter):
    """Notes what went wrong."""

    def __init__(self) -> None:
        self.troubles: list[str] = []

    def trouble(self, message: str) -> None:
        """Note it."""
        self.troubles.append(message)


@pytest.fixture
def folder(tmp_path: Path) -> InstanceFolder:
    """An empty instance."""
    return empty_instance(tmp_path)


@pytest.fixture
def start(folder: InstanceFolder) -> Iterator[Callable[..., Supervisor]]:
    """Makes and starts supervisors of the engines given; all are stopped in the end."""
    made: list[Supervisor] = []

    def make(*engines: Engine, reporter: SilentReporter | None = None) -> Supervisor:
        supervisor = supervise(folder, *engines, reporter=reporter)
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield make
    for supervisor in made:
        supervisor.stop()


def kill(folder: InstanceFolder, name: str = "small") -> psutil.Process:
    """End an engine as the kernel would, and wait until it is gone."""
    process = psutil.Process(read_state_of(folder).processes[name].process.pid)
    process.send_signal(signal.SIGKILL)
    wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE, within_s=5, what="the engine ends")
    return process


def test_a_started_stack_answers_and_says_so(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """After `start`, each engine is healthy and the state file names its process and port."""
    one, two = small_engine(folder, "one"), small_engine(folder, "two")
    start(one, two)
    state = read_state_of(folder)
    assert {name: engine.port for name, engine in state.processes.items()} == {"one": one.port, "two": two.port}
    assert all(engine.process.is_alive() for engine in state.processes.values())
    assert state.supervisor.pid == os.getpid()


def test_stopping_leaves_nothing(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """After `stop` there is no process, no port and no state file."""
    engine = small_engine(folder)
    supervisor = start(engine)
    assert find_left_overs(folder)
    supervisor.stop()
    assert not find_left_overs(folder)
    assert not answers(engine.port, "/", any_answer=True)
    assert not folder.state.exists()


def test_an_engine_that_fails_is_explained(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """The error tells the engine, its exit code, the cause in words, the end of its log and a remedy."""
    with pytest.raises(LocalStackError) as caught:
        start(small_engine(folder, "well"), small_engine(folder, "sick", program=FAILING))
    assert "Sick did not start (exit code 3). The disk is full." in caught.value.cause
    assert "No space left on device" in caught.value.detail
    assert "Make room" in caught.value.remedy


def test_an_engine_that_never_gets_healthy_is_given_up(
    folder: InstanceFolder, start: Callable[..., Supervisor]
) -> None:
    """An engine that answers, but not well, fails at its deadline."""
    with pytest.raises(LocalStackError, match=r"Small was not ready in"):
        start(small_engine(folder, status=503, deadline_s=0.5))


def test_a_missing_program_asks_for_set_up(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """What is not installed is named before anything is started."""
    with pytest.raises(LocalStackError, match="nowhere/java is missing") as caught:
        start(small_engine(folder, needs=(Path("/nowhere/java"),)))
    assert "make setup" in caught.value.remedy
    assert not list(folder.logs.iterdir())


def test_an_engine_that_dies_is_started_again(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """It comes back on its port, and the state file counts it."""
    listener = Listener()
    engine = small_engine(folder)
    supervisor = start(engine, reporter=listener)
    first = kill(folder)
    supervisor.check()
    now = read_state_of(folder).processes["small"]
    assert now.restarts == 1
    assert now.process.pid != first.pid
    assert answers(engine.port, "/", any_answer=False)
    assert listener.troubles == ["Small ended (killed by signal 9); it is started again."]


def test_an_engine_that_keeps_dying_stops_the_stack(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """After as many restarts as are allowed, the supervisor gives up."""
    supervisor = start(small_engine(folder))
    for _ in range(RESTARTS):
        kill(folder)
        supervisor.check()
    kill(folder)
    with pytest.raises(LocalStackError, match="restarts did not help"):
        supervisor.check()


def test_an_engine_that_forgets_stops_the_stack(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """What was deployed is gone with LocalStack: the stack does not go on as if nothing had happened."""
    supervisor = start(small_engine(folder, restartable=False))
    kill(folder)
    with pytest.raises(LocalStackError, match="all that was deployed"):
        supervisor.check()


def test_an_engine_that_said_goodbye_is_killed(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """One that hangs after its last word, deaf to SIGTERM, does not hold up the end."""
    engine = small_engine(folder, program=DEAF.format(then="print('bye!', flush=True)"), goodbye="bye!")
    supervisor = start(engine)
    process = psutil.Process(read_state_of(folder).processes["small"].process.pid)
    supervisor.stop()
    assert not process.is_running()


def test_what_an_engine_started_ends_with_it(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """Children in sessions of their own, as functions are, are found by their mark."""
    child = "import subprocess, sys; subprocess.Popen(['sleep', '600'], start_new_session=True)\n" + SERVER
    supervisor = start(small_engine(folder, program=child))
    wait_until(lambda: len(find_left_overs(folder)) == 2, within_s=5, what="engine and child run")
    supervisor.stop()
    assert not find_left_overs(folder)


def test_a_port_taken_meanwhile_is_explained(folder: InstanceFolder, start: Callable[..., Supervisor]) -> None:
    """An engine whose port was taken between choice and start says so in words."""
    port = free_port()
    start(small_engine(folder, "first", port=port))
    with pytest.raises(LocalStackError, match="Its port is in use"):
        start(small_engine(folder, "second", port=port, status=503, program=SERVER))
