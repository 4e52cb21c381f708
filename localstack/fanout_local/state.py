"""The running stack's state: written by the supervisor, read by everybody else."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fanout_local.errors import LocalStackError, NoStackError
from fanout_local.paths import InstanceFolder, instance_folder
from fanout_local.process_identity import ProcessIdentity

SCHEMA = 1
REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where the stack listens (loopback only, but for DynamoDB Local, which cannot be bound).

    WebSocket clients connect to `{websocket}/{stage}`; @connections lie at
    `{websocket_management}/{stage}/@connections/{id}`.
    """

    aws: str
    dynamodb: str
    opensearch: str
    websocket: str
    websocket_management: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineState:
    """One engine's process, and how long it took until it was healthy."""

    process: ProcessIdentity
    port: int
    ready_after_s: float
    restarts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StackState:
    """A whole running stack."""

    instance: str
    supervisor: ProcessIdentity
    endpoints: Endpoints
    processes: dict[str, EngineState] = field(default_factory=dict)
    region: str = REGION


def write_state(state: StackState, path: Path) -> None:
    """Write the state whole: a reader sees the old file or the new one, never half of one."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps({"schema": SCHEMA, **asdict(state)}, indent=2) + "\n")
    draft.replace(path)


def read_state(instance: str = "dev") -> StackState:
    """The state of this checkout's running instance.

    Raises NoStackError when none runs, LocalStackError when its file cannot be understood.
    """
    return read_state_of(instance_folder(instance))


def read_state_of(folder: InstanceFolder) -> StackState:
    """As `read_state`, for an instance given by its folder."""
    remedy = f"Start it with: fanout-local up --instance {folder.name}"
    try:
        written = json.loads(folder.state.read_text())
    except FileNotFoundError:
        raise NoStackError(f"The local stack {folder.name!r} does not run.", remedy=remedy) from None
    except ValueError as error:
        raise LocalStackError(f"{folder.state} cannot be read: {error}", remedy=remedy) from error
    if written.get("schema") != SCHEMA:
        raise LocalStackError(f"{folder.state} was written by another version.", remedy=remedy)
    state = _parse(written)
    if not state.supervisor.is_alive():
        raise NoStackError(
            f"The local stack {folder.name!r} does not run: its supervisor, process {state.supervisor.pid}, is gone.",
            remedy=remedy,
        )
    return state


def _parse(written: dict[str, Any]) -> StackState:
    return StackState(
        instance=written["instance"],
        supervisor=ProcessIdentity(**written["supervisor"]),
        endpoints=Endpoints(**written["endpoints"]),
        processes={
            name: EngineState(**{**engine, "process": ProcessIdentity(**engine["process"])})
            for name, engine in written["processes"].items()
        },
        region=written["region"],
    )
