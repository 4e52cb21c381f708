"""The state file and what is made of it."""

import os
from pathlib import Path

import pytest
from small_engines import any_endpoints, empty_instance

from fanout_local.environment import stack_environment
from fanout_local.errors import LocalStackError, NoStackError
from fanout_local.paths import instance_folder
from fanout_local.process_identity import ProcessIdentity, identify
from fanout_local.state import EngineState, StackState, read_state_of, write_state


def a_state(supervisor: ProcessIdentity | None = None) -> StackState:
    """A state whose supervisor is this process unless told otherwise."""
    me = identify(os.getpid())
    return StackState(
        instance="unit",
        supervisor=supervisor or me,
        endpoints=any_endpoints(),
        processes={"dynamodb": EngineState(process=me, port=1, ready_after_s=1.5, restarts=2)},
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """A state comes back from its file as it was."""
    folder = empty_instance(tmp_path)
    state = a_state()
    write_state(state, folder.state)
    assert read_state_of(folder) == state


def test_no_file_means_no_stack(tmp_path: Path) -> None:
    """Without a state file the error says how to start the stack."""
    with pytest.raises(NoStackError, match="does not run") as caught:
        read_state_of(empty_instance(tmp_path))
    assert "fanout-local up --instance unit" in caught.value.remedy


def test_a_dead_supervisor_means_no_stack(tmp_path: Path) -> None:
    """A state file left over by a killed supervisor is not taken for a running stack, even if its pid lives again."""
    folder = empty_instance(tmp_path)
    me = identify(os.getpid())
    write_state(a_state(ProcessIdentity(pid=me.pid, started_at=me.started_at - 100)), folder.state)
    with pytest.raises(NoStackError, match="is gone"):
        read_state_of(folder)


@pytest.mark.parametrize("text", ["{", '{"schema": 99}'])
def test_a_file_of_another_make_is_refused(tmp_path: Path, text: str) -> None:
    """A state file that cannot be understood is named."""
    folder = empty_instance(tmp_path)
    folder.state.write_text(text)
    with pytest.raises(LocalStackError, match=r"state\.json"):
        read_state_of(folder)


def test_clients_find_every_endpoint() -> None:
    """The environment names all that serverless.yml and AWS clients read."""
    state = a_state()
    environment = stack_environment(state)
    assert environment["AWS_ENDPOINT_URL"] == state.endpoints.aws
    assert environment["FANOUT_LOCAL_SEARCH_ENDPOINT"] == state.endpoints.opensearch
    management = f"{state.endpoints.websocket_management}/local"
    assert environment["FANOUT_LOCAL_WEBSOCKET_MANAGEMENT_ENDPOINT"] == management
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == "us-east-1"


@pytest.mark.parametrize("name", ["", "../x", "Dev", "a" * 33, "-a"])
def test_an_instance_name_cannot_leave_its_folder(name: str) -> None:
    """Names that are no plain words are refused."""
    with pytest.raises(LocalStackError, match="cannot name an instance"):
        instance_folder(name)


def test_instances_and_checkouts_have_marks_of_their_own(tmp_path: Path) -> None:
    """No two instances share the mark by which left-over processes are found."""
    places = [("one", "dev"), ("one", "demo"), ("two", "dev")]
    assert len({instance_folder(name, tmp_path / place).mark for place, name in places}) == 3
