"""usage: python -m installation.lock [--upgrade]

Resolves requirements/*.in and deployment/node/package.json anew, into their locks. No address of a registry gets in.
"""

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from installation.command import command_environment
from installation.layout import Layout, read_layout

# project before function before artifact: what the functions import is the same version wherever they run.
PACKAGE_LOCKS = ("project", "function", "localstack", "java", "node", "uv")
# opensearch-py asks for these, for a gRPC transport that we do not use. They would double the zip.
NOT_IN_ARTIFACT = ("grpcio", "opensearch-protobufs", "protobuf", "tzdata")
COMPILE = ("pip", "compile", "--quiet", "--universal", "--python-version", "3.13", "--no-header", "--no-annotate")
PIN = re.compile(r"^([a-z0-9-]+)==([^ ;]+)", re.MULTILINE)


def lock_all(layout: Layout, *, upgrade: bool) -> None:
    """Write every lock. Without `upgrade`, what is pinned stays as long as its .in file allows it."""
    for name in PACKAGE_LOCKS:
        constraints = ("--constraints", "requirements/project.txt") if name == "function" else ()
        upgraded = ("--upgrade",) if upgrade else ()
        output = ("--generate-hashes", "--output-file", f"requirements/{name}.txt")
        _uv(layout, *COMPILE, *constraints, *upgraded, *output, f"requirements/{name}.in")
    _lock_artifact(layout)
    osls = ("npm", "update" if upgrade else "install", "--package-lock-only", "--omit-lockfile-registry-resolved")
    _run(*osls, "--ignore-scripts", "--no-audit", "--no-fund", folder=layout.checkout / "deployment/node")


def _lock_artifact(layout: Layout) -> None:
    """The functions' zip: pure Python wheels, with one checksum each, so that it is the same wherever it is made."""
    runtime = PIN.findall(layout.requirements("function").read_text())
    with TemporaryDirectory() as scratch:
        pins, wheels = Path(scratch, "pins.txt"), Path(scratch, "wheels")
        constraints = (f"--constraints=requirements/{name}.txt" for name in ("project", "function"))
        left_out = (f"--no-emit-package={name}" for name in (*NOT_IN_ARTIFACT, *(name for name, _ in runtime)))
        _uv(layout, *COMPILE, *constraints, *left_out, "--output-file", str(pins), "requirements/artifact.in")
        pure = ("--no-deps", "--only-binary", ":all:", "--platform", "any", "--python-version", "3.13")
        _uv(
            layout,
            *("tool", "run", "--quiet", "pip", "download", "--quiet", "--disable-pip-version-check", *pure),
            *("--dest", str(wheels), "--requirement", str(pins)),
        )
        digests = {
            wheel.name.partition("-")[0].lower().replace("_", "-"): sha256(wheel.read_bytes()).hexdigest()
            for wheel in wheels.iterdir()
        }
        versions = PIN.findall(pins.read_text())
    lines = (f"{name}=={version} --hash=sha256:{digests[name]}\n" for name, version in versions)
    layout.requirements("artifact").write_text("".join(lines))


def _uv(layout: Layout, *arguments: str) -> None:
    _run(str(layout.commands / "uv"), *arguments, folder=layout.checkout)


def _run(*arguments: str, folder: Path) -> None:
    subprocess.run(arguments, cwd=folder, env=command_environment() | {"UV_PYTHON": sys.executable}, check=True)


if __name__ == "__main__":
    lock_all(read_layout(Path(__file__).resolve().parents[1]), upgrade=sys.argv[1:] == ["--upgrade"])
