"""docs/local-stack.md says where each fact is tested."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_test_that_the_page_names_exists() -> None:
    """A fact whose test was renamed or removed is not claimed any more."""
    page = (ROOT / "docs" / "local-stack.md").read_text()
    files = Path(__file__).parent.glob("test_*.py")
    tests = {name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text(), re.MULTILINE)}
    named = set(re.findall(r"`(test_\w+)`", page))
    assert len(named) > 60
    assert named <= tests, sorted(named - tests)
