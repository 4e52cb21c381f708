"""Bulk requests: an update by script for each change, cut by count and size."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from consumers.search_index.entry import entry
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
    """One change as two lines of a bulk request."""

    change: Change
    lines: bytes


def action(change: Change) -> Action:
    """Return the action that brings a change to the index.

    Raises:
        UnicodeEncodeError: the document holds half of a surrogate pair, which no UTF-8 can.

    """
    head = {"update": {"_id": change.document_id, "retry_on_conflict": RETRIES_ON_CONFLICT}}
    update = {"scripted_upsert": True, "upsert": {}, "script": {"id": SCRIPT_ID, "params": entry(change)}}
    return Action(change=change, lines=json_line(head) + json_line(update))


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
