"""A public editing trace as a plan: what one person typed, folded into autosaves.

The format is that of the repository josephg/editing-traces:
``{"startContent": text, "endContent": text, "txns": [{"time": ISO 8601, "patches": [[position, deleted, text]]}]}``,
positions counted in Unicode code points, as JSON or as JSON packed by gzip.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from demonstration.errors import DemonstrationError
from demonstration.plan import Action, Create, Edit, Plan, spread

MOST_AUTOSAVES = 320
"""What half a minute takes comfortably: each autosave writes the whole text."""
GZIP_MAGIC = b"\x1f\x8b"
PERSON = "Trace"


class Patch(NamedTuple):
    """Replace `deleted` code points at `position` by `inserted`."""

    position: int
    deleted: int
    inserted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """The patches of one moment.

    Attributes:
        at_s: seconds since 1970.

    """

    at_s: float
    patches: tuple[Patch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An editing history whose patches give its end."""

    name: str
    start: str
    end: str
    edits: tuple[Edits, ...]


class Autosaves(NamedTuple):
    """The texts that were saved, and how many seconds of typing each save folds."""

    texts: tuple[str, ...]
    every_s: int


def read_trace(path: Path) -> Trace:
    """Read a trace and check that its patches lead from its start to its end.

    Raises:
        DemonstrationError: the file cannot be read, is no trace, or contradicts itself.

    """
    try:
        packed = path.read_bytes()
        content = json.loads(gzip.decompress(packed) if packed.startswith(GZIP_MAGIC) else packed)
        trace = _parse(path.name, content)
    except OSError as error:
        raise DemonstrationError(f"cannot read the trace {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, EOFError) as error:
        raise DemonstrationError(
            f"{path} is no editing trace ({type(error).__name__}: {error}). It takes a JSON object with startContent, "
            'endContent and txns: [{"time": ISO 8601, "patches": [[position, deleted, inserted], ...]}, ...], '
            "plain or packed by gzip"
        ) from error
    if not trace.edits:
        raise DemonstrationError(f"the trace {path} has no edits: nothing to write")
    if _last(_texts(trace)) != trace.end:
        raise DemonstrationError(f"the trace {path} contradicts itself: its patches do not give its endContent")
    return trace


def planned(trace: Trace, duration_s: float) -> Plan:
    """Return the plan that writes the trace's autosaves as one document's versions."""
    saves = autosaves(trace)
    document = f"trace-{trace.name.partition('.')[0]}"
    actions: list[Action] = [
        Create(document=document, person=PERSON, attributes={"title": trace.name, "body": saves.texts[0]}),
        *(
            Edit(document=document, person=PERSON, version=version, changes={"body": text})
            for version, text in enumerate(saves.texts[1:], start=1)
        ),
    ]
    return spread(f"{trace.name}, an autosave for each {saves.every_s} s of typing", actions, duration_s)


def autosaves(trace: Trace, most: int = MOST_AUTOSAVES) -> Autosaves:
    """Fold the edits of every few seconds, as few as give at most `most` autosaves; the last has the trace's end."""
    every_s = 1
    while _count(trace.edits, every_s) > most:
        every_s += max(1, every_s // 4)
    texts = []
    due_s = trace.edits[0].at_s + every_s
    last = trace.start
    for edits, text in zip(trace.edits, _texts(trace), strict=True):
        if edits.at_s >= due_s:
            texts.append(last)
            due_s = edits.at_s + every_s
        last = text
    return Autosaves(texts=(*texts, last), every_s=every_s)


def _count(edits: Sequence[Edits], every_s: int) -> int:
    count, due_s = 1, edits[0].at_s + every_s
    for edit in edits:
        if edit.at_s >= due_s:
            count += 1
            due_s = edit.at_s + every_s
    return count


def _texts(trace: Trace) -> Iterator[str]:
    """Yield the text after each moment's edits."""
    text = trace.start
    for edits in trace.edits:
        for position, deleted, inserted in edits.patches:
            text = text[:position] + inserted + text[position + deleted :]
        yield text


def _last(texts: Iterator[str]) -> str:
    last = ""
    for text in texts:
        last = text
    return last


def _parse(name: str, content: dict[str, object]) -> Trace:
    start, end, transactions = content["startContent"], content["endContent"], content["txns"]
    if not isinstance(start, str) or not isinstance(end, str) or not isinstance(transactions, list):
        raise TypeError("startContent and endContent are texts, txns is a list")
    return Trace(
        name=name,
        start=start,
        end=end,
        edits=tuple(
            Edits(
                at_s=datetime.fromisoformat(transaction["time"]).timestamp(),
                patches=tuple(_patch(*patch) for patch in transaction["patches"]),
            )
            for transaction in transactions
        ),
    )


def _patch(position: object, deleted: object, inserted: object) -> Patch:
    if not isinstance(position, int) or not isinstance(deleted, int) or not isinstance(inserted, str):
        raise TypeError("a patch is [position, deleted, inserted]: two whole numbers and a text")
    if position < 0 or deleted < 0:
        raise ValueError("a patch with a negative number")
    return Patch(position=position, deleted=deleted, inserted=inserted)
