"""The lock of an engine: the files it is made of, each with its checksum and its size."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedFile:
    """A file of a Maven repository."""

    group: str
    name: str
    kind: str
    version: str
    sha256: str
    size_bytes: int


def read_engine_lock(path: Path) -> tuple[LockedFile, ...]:
    """The files of the lock at `path`: lines of `group:name:kind:version sha256 bytes`, comments after #.

    Raises ValueError, naming the line, when one is of another form.
    """
    return tuple(
        _parse(line, f"{path.name}:{number}")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if line and not line.startswith("#")
    )


def _parse(line: str, where: str) -> LockedFile:
    try:
        coordinate, sha256, size = line.split()
        group, name, kind, version = coordinate.split(":")
        return LockedFile(group=group, name=name, kind=kind, version=version, sha256=sha256, size_bytes=int(size))
    except ValueError as error:
        raise ValueError(f"{where}: not `group:name:kind:version sha256 bytes`") from error
