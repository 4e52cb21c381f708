"""The artifact's third-party packages: installed from the hashed lock, cut down to what a function imports."""

import re
import subprocess
from pathlib import Path
from shutil import rmtree

from deployment.bytecode import compile_folder
from deployment.errors import DeploymentError

LEFT_OUT = {"grpcio", "protobuf", "opensearch-protobufs"}
"""opensearch-py asks for these three for bulk over gRPC, which it imports only when asked to; 20 MB, and compiled."""

UNUSED_FOLDERS = {"__pycache__", "bin", "tests", "test"}

INSTALL_TIMEOUT_S = 180


def install_packages(lock: Path, folder: Path, *, uv: str, python: str) -> None:
    """Fill `folder` with the packages of `lock`, pure Python only: the same files for every processor.

    Raises:
        DeploymentError: uv failed, or a package needs a compiled file.

    """
    partial = folder.with_name(f"{folder.name}.partial")
    rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    wanted = partial.with_suffix(".txt")
    wanted.write_text(without(LEFT_OUT, lock.read_text()))
    command = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--python", python, "--target", str(partial), "-r", str(wanted)]
    try:
        done = subprocess.run(  # noqa: S603 - our own uv
            command, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise DeploymentError(
            f"The artifact's packages were not installed within {INSTALL_TIMEOUT_S} s: check the network."
        ) from None
    if done.returncode:
        raise DeploymentError(f"The artifact's packages cannot be installed:\n{_last_lines(done.stderr)}")
    wanted.unlink()
    prune(partial)
    compile_folder(partial, python=python)
    rmtree(folder, ignore_errors=True)
    partial.rename(folder)


def without(names: set[str], lock: str) -> str:
    """Return a requirements text without the packages of these names."""
    kept = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", lock):
        name = re.match(r"[A-Za-z0-9._-]+", block)
        if name is None or name[0].lower() not in names:
            kept.append(block)
    return "\n".join(kept)


def prune(folder: Path) -> None:
    """Take away what no function imports: metadata, tests, scripts, caches, and compiled twins of Python modules.

    Raises:
        DeploymentError: a compiled file has no Python file beside it that could stand in for it.

    """
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and (path.name in UNUSED_FOLDERS or path.suffix == ".dist-info"):
            rmtree(path)
        elif path.suffix in (".so", ".pyd"):
            if not path.with_name(f"{path.name.partition('.')[0]}.py").exists():
                raise DeploymentError(
                    f"{path.relative_to(folder)} is compiled, without Python code in its place: such a package "
                    "would run on one kind of processor only. Use another package, or leave this one out."
                )
            path.unlink()
    (folder / ".lock").unlink(missing_ok=True)


def _last_lines(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-8:])
