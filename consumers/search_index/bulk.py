"""Bulk requests: an update by script for each change, cut by count and size."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consumers.search_index.entry import entry
from consumers.search_index.memory import Remembered
from consumers.search_index.newer_wins import SCRIPT_ID
from consumers.search_index.sending import json_line
from stream_processor.change import Change

MAX_ACTIONS = 250
"""A larger delivery goes as several requests, some of them at once."""
MAX_BYTES = 5 * 1024 * 1024
"""Beyond some megabytes a request gains nothing, and small domains of OpenSearch Service take 10 MiB at most."""
RETRIES_ON_CONFLICT = 3
"""By the shard itself, when two writers meet at one document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One change as two lines of a bulk request.

    Attributes:
        order_key: the change's, as text.
        decided: whether the order was decided by what is remembered; if that does not hold, it is the script's turn.

    """

    change: Change
    order_key: str
    lines: bytes
    decided: bool


def action(change: Change, known: Remembered | None = None) -> Action:
    """Return the action that brings a change to the index; `known` is the older entry that stands there.

    Raises:
        UnicodeEncodeError: the document holds half of a surrogate pair, which no UTF-8 can.

    """
    new = entry(change)
    if known:
        version = {"if_seq_no": known.seq_no, "if_primary_term": known.primary_term}
        lines = json_line({"index": {"_id": change.document_id, **version}}) + json_line(new)
        return Action(change=change, order_key=new["order_key"], lines=lines, decided=True)
    head = {"update": {"_id": change.document_id, "retry_on_conflict": RETRIES_ON_CONFLICT}}
    update = {"scripted_upsert": True, "upsert": {}, "script": {"id": SCRIPT_ID, "params": new}}
    lines = json_line(head) + json_line(update)
    return Action(change=change, order_key=new["order_key"], lines=lines, decided=False)


def requests(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """Cut actions into requests; one that is larger than `MAX_BYTES` has a request of its own."""
    request: list[Action] = []
    size_bytes = 0
    for each in actions:
        if request and (len(request) == MAX_ACTIONS or size_bytes + len(each.lines) > MAX_BYTES):
            yield request
            request, size_bytes = [], 0
        request.append(each)
        size_bytes += len(each.lines)
    if request:
        yield request
