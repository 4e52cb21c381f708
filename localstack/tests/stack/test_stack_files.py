"""What of an instance is kept and what is thrown away."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_engines import empty_instance

from fanout_local.errors import LocalStackError
from fanout_local.instance_files import make_ready
from fanout_local.paths import InstanceFolder


@pytest.fixture
def used(tmp_path: Path) -> InstanceFolder:
    """An instance that ran before."""
    folder = empty_instance(tmp_path)
    for engine in ("dynamodb", "opensearch", "localstack"):
        (folder.data / engine).mkdir(parents=True)
        (folder.data / engine / "file").touch()
    (folder.logs / "dynamodb.log").touch()
    folder.state.touch()
    return folder


def kept(folder: InstanceFolder) -> set[str]:
    """The engines whose file is still there."""
    return {file.parent.name for file in folder.data.glob("*/file")}


def test_tables_and_indexes_are_kept(used: InstanceFolder) -> None:
    """Without `fresh`, only what is of no use goes: LocalStack's files, old logs and the old state file."""
    make_ready(used, fresh=False)
    assert kept(used) == {"dynamodb", "opensearch"}
    assert not list(used.logs.iterdir())
    assert not used.state.exists()


def test_fresh_throws_everything_away(used: InstanceFolder) -> None:
    """With `fresh`, nothing of an earlier run is left."""
    make_ready(used, fresh=True)
    assert kept(used) == set()


def test_a_full_disk_is_told_before_anything_starts(used: InstanceFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says how much is free and how much is needed."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3_000_000))
    with pytest.raises(LocalStackError, match=r"3 MB free .* needs 500 MB"):
        make_ready(used, fresh=False)
