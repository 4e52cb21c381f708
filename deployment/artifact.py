"""The one artifact of all functions: our two packages and what they import beyond Lambda's runtime, as a zip.

The same sources and lock give the same bytes: osls skips what did not change.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copyfile, rmtree
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from deployment.artifact_packages import install_packages
from deployment.bytecode import compile_folder
from deployment.errors import DeploymentError
from deployment.tools import find_tool

SOURCES = ("stream_processor", "consumers")
NOT_FOR_FUNCTIONS = {"cli.py", "commands.py"}
"""Files of the command line: what they import is not in the artifact."""
BUILDERS = {name: Path(__file__).with_name(name) for name in ("artifact.py", "artifact_packages.py", "bytecode.py")}
MAX_BYTES = 12_000_000
"""The most an artifact may have: a cold start begins with its download."""

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold, for all files alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """The zip.

    Attributes:
        was_there: it had been made from the same inputs before.

    """

    path: Path
    size_bytes: int
    was_there: bool


def build_artifact(checkout: Path) -> Artifact:
    """Return the artifact of the sources in `checkout`, made now if they changed.

    Raises:
        DeploymentError: its packages cannot be installed, or it is larger than 12 MB.

    """
    folder = checkout / ".local/build"
    artifact = folder / "fanout.zip"
    inputs_file = folder / "fanout.zip.inputs"
    lock = checkout / "requirements/artifact.txt"
    sources = dict(_sources(checkout))
    inputs = _digest({"lock": lock} | BUILDERS | sources)
    if artifact.exists() and inputs_file.exists() and inputs_file.read_text() == inputs:
        return Artifact(path=artifact, size_bytes=artifact.stat().st_size, was_there=True)

    packages = folder / f"packages-{_digest({'lock': lock} | BUILDERS)[:12]}"
    if not packages.exists():
        for outdated in folder.glob("packages-*"):
            rmtree(outdated)
        install_packages(lock, packages, uv=find_tool("uv", checkout), python=sys.executable)
    compiled = folder / "sources"
    _copy(sources, compiled)
    compile_folder(compiled, python=sys.executable)
    inputs_file.unlink(missing_ok=True)
    write_zip(_files(packages) | _files(compiled), artifact)
    size_bytes = artifact.stat().st_size
    if size_bytes > MAX_BYTES:
        raise DeploymentError(
            f"The artifact has {size_bytes / 1e6:.1f} MB, more than {MAX_BYTES / 1e6:.0f} MB: "
            "see requirements/artifact.txt for what grew."
        )
    inputs_file.write_text(inputs)
    return Artifact(path=artifact, size_bytes=size_bytes, was_there=False)


def write_zip(files: Mapping[str, Path], target: Path) -> None:
    """Write `files` (name in the zip -> path) so that only names and contents decide on the bytes."""
    partial = target.with_suffix(".partial")
    with ZipFile(partial, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(files):
            entry = ZipInfo(name, ZIP_EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name].read_bytes())
    partial.replace(target)


def _sources(checkout: Path) -> Iterator[tuple[str, Path]]:
    for package in SOURCES:
        for path in sorted((checkout / package).rglob("*.py")):
            if path.name not in NOT_FOR_FUNCTIONS:
                yield path.relative_to(checkout).as_posix(), path


def _copy(sources: Mapping[str, Path], folder: Path) -> None:
    rmtree(folder, ignore_errors=True)
    for name, path in sources.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copyfile(path, target)


def _files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def _digest(files: Mapping[str, Path]) -> str:
    """Return a hash over names and contents."""
    digest = sha256(sys.version.encode())
    for name in sorted(files):
        digest.update(f"{name}\n".encode())
        digest.update(sha256(files[name].read_bytes()).digest())
    return digest.hexdigest()
