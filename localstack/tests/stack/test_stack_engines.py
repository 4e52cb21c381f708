"""How the engines are started."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from small_engines import empty_instance

from fanout_local.engines.engine import Engine, RunAs
from fanout_local.engines.unprivileged import choose_run_as, others_can_read
from fanout_local.paths import Installation
from fanout_local.ports import Ports
from fanout_local.stack import build_engines

PORTS = Ports(aws=4566, dynamodb=8000, opensearch=9200, websocket=3001, mappings=3002)


@pytest.fixture
def engines(tmp_path: Path) -> dict[str, Engine]:
    """The five of an instance whose installation is empty, by name."""
    installed = Installation(local=tmp_path, cache=tmp_path / "cache")
    tmp_path.chmod(0o755)
    return {engine.name: engine for engine in build_engines(empty_instance(tmp_path), installed, PORTS)}


def test_localstack_uses_the_running_dynamodb(engines: dict[str, Engine]) -> None:
    """LocalStack gets our DynamoDB provider and the port of the DynamoDB Local beside it."""
    environment = engines["localstack"].environment
    assert environment["PROVIDER_OVERRIDE_DYNAMODB"] == environment["PROVIDER_OVERRIDE_DYNAMODBSTREAMS"] == "fanout"
    assert environment["DYNAMODB_LOCAL_PORT"] == "8000"


def test_localstack_keeps_its_files_in_the_instance(engines: dict[str, Engine], tmp_path: Path) -> None:
    """Nothing of LocalStack's is written outside the instance's folder, in a container neither."""
    environment = engines["localstack"].environment
    assert environment["OVERRIDE_IN_DOCKER"] == "0"
    for name in ("FILESYSTEM_ROOT", "TMPDIR", "XDG_CACHE_HOME"):
        assert Path(environment[name]).is_relative_to(tmp_path / "run/unit/data")


def test_engines_listen_on_loopback(engines: dict[str, Engine]) -> None:
    """LocalStack and OpenSearch cannot be reached from another machine."""
    assert engines["localstack"].environment["GATEWAY_LISTEN"] == "127.0.0.1:4566"


def test_dynamodb_stores_below_the_instance_and_tells_nobody(engines: dict[str, Engine], tmp_path: Path) -> None:
    """Tables survive in the instance's folder; telemetry is off."""
    command = engines["dynamodb"].command
    tables = Path(command[command.index("-dbPath") + 1])
    assert tables.is_relative_to(tmp_path / "run/unit/data")
    assert "-disableTelemetry" in command
    assert "-inMemory" not in command


def test_only_localstack_cannot_be_started_again(engines: dict[str, Engine]) -> None:
    """LocalStack forgets what was deployed; the others have their state on disk or none."""
    assert [name for name, engine in engines.items() if not engine.restartable] == ["localstack"]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter, as pytest's own are not."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def test_a_folder_closed_to_others_is_seen(open_folder: Path) -> None:
    """A program below a folder of mode 0700 cannot be read by uid 65534, however open the program is."""
    closed = open_folder / "closed"
    program = closed / "bin/program"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    assert others_can_read(program)
    closed.chmod(0o700)
    assert not others_can_read(program)


def test_root_gives_opensearch_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root, OpenSearch runs as uid 65534; another user runs it as itself."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert choose_run_as(programs=(), data=Path("/tmp/data")) is RunAs.NOBODY
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert choose_run_as(programs=(), data=tmp_path / "data") is RunAs.SELF
