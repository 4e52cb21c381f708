"""The artifact: the same inputs, the same bytes; nothing in it that a function does not need."""

import os
import time
from pathlib import Path
from zipfile import ZipFile

import pytest

from deployment.artifact import MAX_BYTES, SOURCES, build_artifact, write_zip
from deployment.artifact_packages import LEFT_OUT, prune, without
from deployment.commands import CHECKOUT
from deployment.errors import DeploymentError


def test_only_names_and_contents_decide_on_the_bytes(tmp_path: Path) -> None:
    """Other times, permissions and order of files give the same zip."""
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("1")
    two.write_text("2")
    write_zip({"b.py": one, "a/c.py": two}, tmp_path / "first.zip")
    os.utime(one, (0, 0))
    two.chmod(0o600)
    write_zip({"a/c.py": two, "b.py": one}, tmp_path / "second.zip")
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()
    with ZipFile(tmp_path / "first.zip") as archive:
        assert [entry.filename for entry in archive.infolist()] == ["a/c.py", "b.py"]
        assert {entry.external_attr >> 16 & 0o777 for entry in archive.infolist()} == {0o644}


def test_the_artifact_is_small_and_made_once() -> None:
    """It has our code and opensearch-py, not boto3, gRPC or the command line; made again it is found as it is."""
    artifact = build_artifact(CHECKOUT)
    assert artifact.size_bytes <= MAX_BYTES
    names = set(ZipFile(artifact.path).namelist())
    assert {"stream_processor/handler.py", "consumers/registry.py", "opensearchpy/__init__.py"} <= names
    tops = {name.partition("/")[0] for name in names}
    assert not tops & {"boto3", "botocore", "grpc", "google", "click", "tests", "deployment"}
    assert "stream_processor/cli.py" not in names
    assert not [name for name in names if name.endswith((".so", ".pyi")) or ".dist-info/" in name]
    assert "stream_processor/__pycache__/handler.cpython-313.pyc" in names
    begun = time.monotonic()
    assert build_artifact(CHECKOUT).was_there
    assert time.monotonic() - begun < 0.3


def test_another_checkout_makes_the_same_artifact(tmp_path: Path) -> None:
    """Nothing of the folder it was made in gets into it."""
    artifact = build_artifact(CHECKOUT)
    for name in ("requirements/artifact.txt", *SOURCES):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(CHECKOUT / name)
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local/bin").symlink_to(CHECKOUT / ".local/bin")
    assert build_artifact(tmp_path).path.read_bytes() == artifact.path.read_bytes()


def test_left_out_packages_take_their_hashes_along() -> None:
    """A package's whole block goes; its neighbours stay as they were."""
    lock = "# head\nalpha==1 \\\n    --hash=sha256:a\n    # via beta\ngrpcio==2 \\\n    --hash=sha256:b\nzeta==3\n"
    assert without(LEFT_OUT, lock) == "# head\nalpha==1 \\\n    --hash=sha256:a\n    # via beta\nzeta==3\n"


def test_compiled_twins_go_and_compiled_only_modules_are_refused(tmp_path: Path) -> None:
    """What runs on one kind of processor only does not get into the artifact unseen."""
    package = tmp_path / "package"
    (package / "tests").mkdir(parents=True)
    (package / "tests/test_it.py").touch()
    (package / "fast.py").touch()
    (package / "fast.cpython-313-x86_64-linux-gnu.so").touch()
    prune(tmp_path)
    assert [path.name for path in package.iterdir()] == ["fast.py"]
    (package / "only.abi3.so").touch()
    with pytest.raises(DeploymentError, match=r"only\.abi3\.so is compiled"):
        prune(tmp_path)
