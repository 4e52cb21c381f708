"""A Python 3.13 is found where people have it, and tried before it is trusted."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[3]
REAL = Path(sys._base_executable).resolve()  # type: ignore[attr-defined]
BROKEN = "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing but the scripts of set-up."""
    for name in ("find_python.sh", "get_uv.sh"):
        (tmp_path / "checkout/installation").mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / "installation" / name, tmp_path / "checkout/installation")
    return tmp_path / "checkout"


def find(checkout: Path, *, path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the script with just this environment."""
    return subprocess.run(
        ["/bin/sh", checkout / "installation/find_python.sh"],
        env={"HOME": str(checkout / "home"), "PATH": f"{path}:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write_script(path: Path, content: str) -> Path:
    """An executable at `path`."""
    path.parent.mkdir(parents=True)
    path.write_text(content)
    path.chmod(0o755)
    return path


def test_the_python_of_path_is_found(checkout: Path) -> None:
    """A link is looked through to the interpreter, which does not go away with a virtual environment."""
    folder = checkout / "bin"
    folder.mkdir()
    (folder / "python3.13").symlink_to(sys.executable)
    found = find(checkout, path=str(folder))
    assert found.returncode == 0
    assert Path(found.stdout.strip()).resolve() == REAL


@pytest.mark.parametrize("versions", ["versions/3.13.1", "installs/python/3.13.1"])
def test_a_shim_that_fails_is_passed_over_for_the_version_behind_it(checkout: Path, versions: str) -> None:
    """Pyenv's, asdf's and mise's shims exist for versions that are not selected."""
    shim = write_script(checkout / "manager/shims/python3.13", BROKEN)
    real = checkout / "manager" / versions / "bin/python3.13"
    real.parent.mkdir(parents=True)
    real.symlink_to(REAL)
    found = find(checkout, path=str(shim.parent))
    assert found.returncode == 0
    assert Path(found.stdout.strip()).resolve() == REAL


def test_what_was_found_is_remembered_until_it_fails(checkout: Path) -> None:
    """The second time nothing is searched; an interpreter that has gone is searched anew."""
    assert find(checkout, path="/nowhere", PYTHON=str(REAL)).returncode == 0
    remembered = checkout / ".local/python"
    assert Path(remembered.read_text().strip()).resolve() == REAL
    other = write_script(checkout / "other/python3.13", f'#!/bin/sh\nexec {REAL} "$@"\n')
    remembered.write_text(f"{other}\n")
    assert find(checkout, path="/nowhere").stdout == f"{other}\n"
    other.write_text(BROKEN)
    found = find(checkout, path=str(REAL.parent))
    assert Path(found.stdout.strip()).resolve() == REAL


def test_a_python_that_is_named_but_does_not_fit_is_refused(checkout: Path) -> None:
    """No other one is taken behind the person's back."""
    broken = write_script(checkout / "fake/python", BROKEN)
    found = find(checkout, path=str(REAL.parent), PYTHON=str(broken))
    assert found.returncode == 1
    assert found.stdout == ""
    assert f"PYTHON={broken} is not a Python 3.13 that runs" in found.stderr
