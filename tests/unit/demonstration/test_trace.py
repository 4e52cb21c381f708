"""Editing traces: read, checked, folded into autosaves."""

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from demonstration.errors import DemonstrationError
from demonstration.plan import Create, Edit
from demonstration.trace import autosaves, planned, read_trace

TRACES = os.environ.get("FANOUT_TRACES")
"""A folder of public traces (*.json.gz); they are not part of this repository."""


def typed(text: str, seconds_between: float = 1.0) -> dict[str, Any]:
    """Return the trace of somebody who types `text`, a code point at a time."""
    times = [
        f"2026-01-02T03:{int(n * seconds_between) // 60:02}:{n * seconds_between % 60:06.3f}Z" for n in range(len(text))
    ]
    patches = [[[place, 0, letter]] for place, letter in enumerate(text)]
    return {
        "startContent": "",
        "endContent": text,
        "txns": [{"time": time, "patches": patch} for time, patch in zip(times, patches, strict=True)],
    }


def stored(folder: Path, content: object, *, packed: bool = False) -> Path:
    path = folder / "trace.json"
    data = json.dumps(content).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_positions_count_code_points(tmp_path: Path, packed: bool) -> None:
    """An emoji beyond the basic plane is one position, in plain JSON and in gzip alike."""
    content = typed("a👍🏽שלום")
    content["txns"].append({"time": "2026-01-02T03:05:00Z", "patches": [[1, 2, "b"], [0, 1, ""]]})
    content["endContent"] = "bשלום"
    trace = read_trace(stored(tmp_path, content, packed=packed))
    assert autosaves(trace).texts[-1] == "bשלום"


def test_the_last_autosave_is_the_end_whatever_the_folding(tmp_path: Path) -> None:
    """Folding loses moments, never text."""
    trace = read_trace(stored(tmp_path, typed("x" * 200)))
    for most in (1, 3, 50, 1000):
        saves = autosaves(trace, most)
        assert len(saves.texts) <= most
        assert saves.texts[-1] == "x" * 200
        assert list(saves.texts) == sorted(saves.texts, key=len)


def test_edits_within_the_same_seconds_are_one_autosave(tmp_path: Path) -> None:
    """Ten edits a second, over two seconds, fold into two saves."""
    trace = read_trace(stored(tmp_path, typed("x" * 20, seconds_between=0.1)))
    assert [len(text) for text in autosaves(trace).texts] == [10, 20]


def test_a_trace_becomes_one_document_with_a_version_for_each_autosave(tmp_path: Path) -> None:
    """The first save creates it, the others edit the version before."""
    plan = planned(read_trace(stored(tmp_path, typed("abc"))), 3.0)
    first, *others = [step.action for step in plan.steps]
    assert isinstance(first, Create)
    assert first.attributes["body"] == "a"
    assert [(it.version, it.changes["body"]) for it in others if isinstance(it, Edit)] == [(1, "ab"), (2, "abc")]
    assert plan.documents == ("trace-trace",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "is no editing trace"),
        ({"startContent": ""}, "endContent"),
        ({"startContent": "", "endContent": "", "txns": []}, "nothing to write"),
        ({**typed("ab"), "endContent": "ba"}, "contradicts itself"),
        ({**typed("ab"), "txns": [{"time": "now", "patches": []}]}, "is no editing trace"),
        ({**typed("ab"), "txns": [{"time": "2026-01-02T03:04:05Z", "patches": [["0", 0, "a"]]}]}, "two whole numbers"),
        ({**typed("ab"), "txns": [{"time": "2026-01-02T03:04:05Z", "patches": [[-1, 0, "a"]]}]}, "negative"),
    ],
)
def test_a_bad_trace_is_refused_by_what_is_wrong(tmp_path: Path, content: object, said: str) -> None:
    """The message says what the file is not."""
    with pytest.raises(DemonstrationError, match=said):
        read_trace(stored(tmp_path, content))


def test_a_file_that_is_cut_short_or_missing_is_refused(tmp_path: Path) -> None:
    """Neither half a gzip file nor none gives a traceback."""
    path = stored(tmp_path, typed("abc"), packed=True)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DemonstrationError, match="is no editing trace"):
        read_trace(path)
    with pytest.raises(DemonstrationError, match="No such file"):
        read_trace(tmp_path / "none.json")


@pytest.mark.skipif(not TRACES, reason="FANOUT_TRACES names no folder of public traces")
def test_public_traces_fold_into_a_few_hundred_autosaves() -> None:
    """Real histories of tens of thousands of edits end as their authors left them."""
    paths = sorted(Path(str(TRACES)).glob("*.json.gz"))
    assert paths
    for path in paths:
        trace = read_trace(path)
        saves = autosaves(trace)
        assert 200 <= len(saves.texts) <= 320
        assert saves.texts[-1] == trace.end
