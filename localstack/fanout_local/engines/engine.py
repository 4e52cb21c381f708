"""What the supervisor must know of an engine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class RunAs(StrEnum):
    """As whom a process runs."""

    SELF = "self"
    """As the user who started the stack."""
    NOBODY = "nobody"
    """As uid 65534, for an engine that refuses root; it must be able to read its program."""
    NAMESPACE = "namespace"
    """As root still, but under another uid in a user namespace: for programs in a folder that only root can read."""


def prepare_nothing() -> None:
    """For engines that need no files of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """One process of the stack, as it is to be started.

    name: also names its log (NAME.log) and its entry in the state file.
    title: its name in sentences.
    needs: files that `make setup` makes; when one is missing, the engine is not started.
    environment: laid over the supervisor's own environment, less AWS_* and PYTHON* variables.
    prepare: makes the engine's folders and files; called before each start.
    health_path: answers 200 once the engine is ready; with `any_answer`, any HTTP status will do.
    goodbye: once its log holds this after SIGTERM, the process has done all it had to and may be killed.
    restartable: whether the engine, started again, has what it had before it died.
    """

    name: str
    title: str
    port: int
    command: tuple[str, ...]
    folder: Path
    health_path: str
    deadline_s: float
    needs: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = prepare_nothing
    any_answer: bool = False
    all_interfaces: bool = False
    run_as: RunAs = RunAs.SELF
    goodbye: str | None = None
    stop_grace_s: float = 5.0
    restartable: bool = True

    @property
    def health_url(self) -> str:
        """Where to ask whether it is ready."""
        return f"http://127.0.0.1:{self.port}{self.health_path}"
