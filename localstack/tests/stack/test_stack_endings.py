"""However a supervisor ends, its processes end: on small engines in real processes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_engines import empty_instance
from waiting import wait_until

from fanout_local.errors import AlreadyRunningError, LocalStackError
from fanout_local.left_overs import MARK, end_left_overs, find_left_overs
from fanout_local.lock import InstanceLock
from fanout_local.paths import InstanceFolder, instance_folder
from fanout_local.reporter import SilentReporter
from fanout_local.shutdown import stop_stack
from fanout_local.stack import StackOptions, supervised_stack
from fanout_local.state import read_state_of

PROGRAM = Path(__file__).with_name("supervise_small.py")


@pytest.fixture
def folder(tmp_path: Path) -> InstanceFolder:
    """An empty instance."""
    return empty_instance(tmp_path)


@pytest.fixture
def supervisor(folder: InstanceFolder, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor process whose one engine is healthy."""
    process = subprocess.Popen([sys.executable, str(PROGRAM), str(tmp_path)], start_new_session=True)
    try:
        wait_until(lambda: _runs(folder), within_s=20, what="the engine is healthy")
        yield process
    finally:
        process.kill()
        process.wait()
        end_left_overs(folder)


def _runs(folder: InstanceFolder) -> bool:
    try:
        return bool(read_state_of(folder).processes)
    except LocalStackError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_killing_the_supervisor_ends_its_engines(folder: InstanceFolder, supervisor: subprocess.Popen[bytes]) -> None:
    """`kill -9` of the supervisor leaves no process, without anybody cleaning up."""
    assert find_left_overs(folder)
    supervisor.kill()
    wait_until(lambda: not find_left_overs(folder), within_s=5, what="the engine ends with the supervisor")


def test_a_signal_stops_in_order(folder: InstanceFolder, supervisor: subprocess.Popen[bytes]) -> None:
    """SIGTERM ends the supervisor well, with everything stopped and the state file gone."""
    supervisor.terminate()
    assert supervisor.wait(timeout=15) == 0
    assert not find_left_overs(folder)
    assert not folder.state.exists()


def test_down_stops_another_process_supervisor(folder: InstanceFolder, supervisor: subprocess.Popen[bytes]) -> None:
    """`down` ends a supervisor that runs elsewhere; a second time there is nothing to stop."""
    assert stop_stack(folder, SilentReporter())
    assert supervisor.wait(timeout=5) == 0
    assert not stop_stack(folder, SilentReporter())


def test_a_second_stack_of_the_same_name_is_refused(tmp_path: Path, supervisor: subprocess.Popen[bytes]) -> None:
    """The error names the instance and the process that has it, and the first stack is left alone."""
    options = StackOptions(instance="unit", local=tmp_path)
    with (
        pytest.raises(AlreadyRunningError, match=rf"'unit' runs already \(process {supervisor.pid}\)"),
        supervised_stack(options, SilentReporter()),
    ):
        pass
    assert supervisor.poll() is None


def test_left_overs_are_ended_by_mark_alone(folder: InstanceFolder, tmp_path: Path) -> None:
    """Of three equal programs, only the one that carries this instance's mark is ended."""
    other = empty_instance(tmp_path, "other")
    marks = [{MARK: folder.mark}, {MARK: other.mark}, {}]
    programs = [subprocess.Popen(["sleep", "600"], env={**os.environ, **mark}) for mark in marks]
    try:
        wait_until(lambda: len(find_left_overs(folder)) == 1, within_s=5, what="the marked process runs")
        ended = end_left_overs(folder)
        assert ended == [f"{programs[0].pid} (sleep)"]
        assert [program.poll() is None for program in programs] == [False, True, True]
    finally:
        for program in programs:
            program.kill()
            program.wait()


def test_a_stack_whose_folder_is_removed_ends(folder: InstanceFolder, supervisor: subprocess.Popen[bytes]) -> None:
    """Nobody could stop it by name any more, so it stops itself."""
    shutil.rmtree(folder.root)
    assert supervisor.wait(timeout=10) != 0
    assert not find_left_overs(folder)


def test_left_overs_are_found_without_their_folder(tmp_path: Path) -> None:
    """`down` ends what carries the mark even when the instance's folder is gone."""
    folder = instance_folder("removed", tmp_path)
    with subprocess.Popen(["sleep", "600"], env={**os.environ, MARK: folder.mark}):
        wait_until(lambda: bool(find_left_overs(folder)), within_s=5, what="the marked process runs")
        assert stop_stack(folder, SilentReporter())
    assert not find_left_overs(folder)
    assert not folder.root.exists()


def test_this_process_is_never_its_own_left_over(folder: InstanceFolder) -> None:
    """`down` run from inside a marked process ends neither itself nor what it runs under."""
    ask = (
        "import sys; from pathlib import Path; from fanout_local.left_overs import end_left_overs;"
        "from fanout_local.paths import instance_folder;"
        "print(end_left_overs(instance_folder('unit', Path(sys.argv[1]))))"
    )
    answer = subprocess.run(
        ["/bin/sh", "-c", '"$0" -c "$1" "$2"; exit $?', sys.executable, ask, str(folder.root.parents[1])],
        env={**os.environ, MARK: folder.mark},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert answer.stdout == "[]\n"


def test_a_lock_is_free_once_its_process_has_died(folder: InstanceFolder, supervisor: subprocess.Popen[bytes]) -> None:
    """A killed supervisor does not keep its instance locked."""
    assert InstanceLock.try_acquire(folder.lock) is None
    supervisor.kill()
    supervisor.wait()
    lock = InstanceLock.try_acquire(folder.lock)
    assert lock is not None
    lock.release()
