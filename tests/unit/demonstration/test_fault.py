"""Which processes a fault made on purpose would kill."""

import json
import os
from pathlib import Path

from demonstration.fault import running


def test_only_living_processes_of_that_very_function_are_found(tmp_path: Path) -> None:
    """Not another function's whose name begins alike, not one that has ended, not a note half written."""
    notes = {
        "stream-1.json": json.dumps({"pid": os.getpid(), "function": "stream"}),
        "stream-other-1.json": json.dumps({"pid": os.getpid(), "function": "stream-other"}),
        "stream-2.json": json.dumps({"pid": 2**22 + 1, "function": "stream"}),
        "stream-3.json": '{"pid": 1',
    }
    for name, text in notes.items():
        (tmp_path / name).write_text(text)
    assert list(running(tmp_path, "stream")) == [os.getpid()]
