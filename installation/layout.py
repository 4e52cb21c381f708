"""Where set-up puts things: one checkout's in `.local/`, downloads in a cache that several checkouts may share."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from installation.failure import SetupError


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The folders of one checkout. `cache` names no checkout inside."""

    checkout: Path
    cache: Path

    @property
    def local(self) -> Path:
        """What belongs to this checkout alone."""
        return self.checkout / ".local"

    @property
    def engines(self) -> Path:
        """DynamoDB Local, OpenSearch, Java and, where the machine has none, Node."""
        return self.cache / "engines"

    @property
    def commands(self) -> Path:
        """Commands that find everything by themselves: uv, osls."""
        return self.local / "bin"

    @property
    def logs(self) -> Path:
        """One file a step: NAME.log."""
        return self.local / "logs"

    @property
    def stamps(self) -> Path:
        """What was done here."""
        return self.local / "stamps"

    @property
    def shared_stamps(self) -> Path:
        """What was done in the cache."""
        return self.cache / "stamps"

    @property
    def project_python(self) -> Path:
        """Python of our own virtual environment."""
        return self.venv("project") / "bin/python"

    def venv(self, name: str) -> Path:
        """Folder of a virtual environment: project, localstack or function."""
        return self.local / "venvs" / name

    def requirements(self, name: str) -> Path:
        """A hashed lock of Python packages."""
        return self.checkout / "requirements" / f"{name}.txt"

    def engine_lock(self, name: str) -> Path:
        """A hashed lock of an engine's files."""
        return self.checkout / "installation/engines" / f"{name}.lock"


def read_layout(checkout: Path, environ: Mapping[str, str] = os.environ) -> Layout:
    """The layout of `checkout`, its cache where FANOUT_CACHE says. Raises SetupError when that is no absolute path."""
    local = checkout / ".local"
    named = environ.get("FANOUT_CACHE")
    if not named:
        return Layout(checkout=checkout, cache=local / "cache")
    if not Path(named).is_absolute():
        raise SetupError(
            f"FANOUT_CACHE={named} is not an absolute path.",
            remedy="Give it as /a/folder, or leave it out: downloads then go to .local/cache in the checkout.",
        )
    return Layout(checkout=checkout, cache=Path(named).resolve())
