"""Everything that is fetched is pinned with a checksum, and no lock names where it comes from."""

import json
import re
from pathlib import Path

import pytest

from installation.engine_lock import read_engine_lock

CHECKOUT = Path(__file__).parents[3]
REQUIREMENTS = sorted((CHECKOUT / "requirements").glob("*.txt"))
ENGINES = sorted((CHECKOUT / "installation/engines").glob("*.lock"))


@pytest.mark.parametrize("lock", REQUIREMENTS, ids=lambda path: path.stem)
def test_every_python_package_has_its_checksums(lock: Path) -> None:
    """One exact version, at least one sha256, no address."""
    entries = lock.read_text().replace("\\\n", " ").splitlines()
    packages = [entry for entry in entries if entry.strip() and not entry.strip().startswith("#")]
    assert packages
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,-]+\])?==[^ ]+ .*--hash=sha256:[0-9a-f]{64}", package), package
        assert "://" not in package


@pytest.mark.parametrize("lock", ENGINES, ids=lambda path: path.stem)
def test_every_file_of_an_engine_has_its_checksum(lock: Path) -> None:
    """No two files of one engine share a name."""
    files = read_engine_lock(lock)
    assert files
    assert all(re.fullmatch(r"[0-9a-f]{64}", file.sha256) and file.size_bytes > 0 for file in files)
    assert len({(file.name, file.kind) for file in files}) == len(files)


def test_every_node_package_has_its_checksum() -> None:
    """And no address to fetch it from: the registry is the person's own choice."""
    lock = json.loads((CHECKOUT / "deployment/node/package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package or "resolved" in package] == []


def test_functions_are_tested_with_the_versions_that_they_run_with() -> None:
    """A package of our virtual environment, the functions' runtime and their zip has one version."""
    versions: dict[str, set[str]] = {}
    for name in ("project", "function", "artifact"):
        pins = re.findall(r"^([a-z0-9-]+)==([^ ;]+)", (CHECKOUT / f"requirements/{name}.txt").read_text(), re.MULTILINE)
        for package, version in pins:
            versions.setdefault(package, set()).add(version)
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("line", ["a:b:jar:1 abc", "a:b:1 abc 5", "a:b:jar:1 abc many"])
def test_a_malformed_lock_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    """The person who edits it learns where."""
    lock = tmp_path / "engine.lock"
    lock.write_text(f"# comment\n\n{line}\n")
    with pytest.raises(ValueError, match=r"engine.lock:3: not `group:name:kind:version sha256 bytes`"):
        read_engine_lock(lock)
