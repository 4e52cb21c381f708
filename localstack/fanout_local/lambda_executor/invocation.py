"""What goes into a function's environment and what comes out of it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One version of a function, with its code unzipped at `task_root` and its layers at `layers`."""

    name: str
    version: str
    runtime: str
    handler: str
    timeout_s: float
    memory_mb: int
    task_root: Path
    layers: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One event for a function, as the Runtime API hands it out."""

    request_id: str
    function_arn: str
    trace_id: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the caller of the function gets, and all that was written to the log since the last answer."""

    payload: bytes
    is_error: bool
    logs: str
