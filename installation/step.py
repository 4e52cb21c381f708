"""A step of set-up, and the stamp that says that it was done with just these inputs."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from installation.command import Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to have. It is done when its stamp holds the hash of its inputs and its outputs exist.

    title: what a person reads while it runs.
    inputs: files (hashed by their content) and texts that its result depends on.
    needs: names of the steps that come before.
    outputs: paths that must exist for the stamp to count.
    stamp: lies in the cache for what lies in the cache.
    disk_bytes: what it takes on the disk that holds its stamp, downloads included.
    """

    name: str
    title: str
    run: Callable[[Command], None]
    inputs: tuple[Path | str, ...]
    needs: tuple[str, ...]
    outputs: tuple[Path, ...]
    stamp: Path
    disk_bytes: int

    def digest(self) -> str:
        """The hash of the inputs."""
        hashed = sha256(self.name.encode())
        for source in self.inputs:
            content = source.read_bytes() if isinstance(source, Path) else source.encode()
            hashed.update(sha256(content).digest())
        return hashed.hexdigest()

    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        try:
            stamped = self.stamp.read_text()
        except OSError:
            return False
        return stamped == self.digest() and all(output.exists() for output in self.outputs)

    def forget(self) -> None:
        """Take the stamp away: from here on, whoever is stopped starts the step again."""
        self.stamp.unlink(missing_ok=True)

    def mark_done(self) -> None:
        """Write the stamp, whole or not at all."""
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        partial = self.stamp.with_name(f"{self.stamp.name}.{os.getpid()}")
        partial.write_text(self.digest())
        partial.replace(self.stamp)
