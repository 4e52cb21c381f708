"""Each change of what is analysed reached the analysis worker; each document's newest state is the one analysed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter

from demonstration.history import Happening, TypedItem
from demonstration.verification.check import Check, missing

WATCHED = ("title", "body")
"""What is analysed by default; other attributes may change without an analysis."""


def check_analyses(
    received: Sequence[str],
    results: Mapping[str, str],
    happenings: Sequence[Happening],
    table: Mapping[str, TypedItem],
    *,
    example: str = "",
) -> Check:
    """Compare what the worker received and stored with the stream and the table.

    Args:
        received: the event id of each message that the worker logged, repeats and all.
        results: document id -> order key of the stored analysis; documents whose analysis is gone are not in it.
        happenings: every change.
        table: the documents that exist.
        example: one analysis in words, to be shown.

    """
    times = Counter(received)
    touching = _touching(happenings)
    event_ids = {it.event_id for it in touching}
    newest = {it.document_id: it for it in touching}
    differences = [
        *missing("an event that never reached the worker", event_ids, times),
        *missing("the worker got an event that nobody made", times, event_ids),
        *missing("no analysis", table, results),
        *missing("an analysis of a document that does not exist", results, table),
    ]
    differences += [
        f"{document}: the analysis is of {results[document]}, the newest change is {newest[document].order_key}"
        for document in sorted(results.keys() & newest.keys())
        if results[document] != newest[document].order_key
    ]
    return Check(
        title="analysis queue",
        verified=f"all {len(event_ids)} changes of texts reached the worker; the newest of each document is analysed"
        + (f", such as {example}" if example else ""),
        differences=tuple(differences),
        repeats=sum(times.values()) - len(times),
    )


def _touching(happenings: Sequence[Happening]) -> list[Happening]:
    """Return the deletions and the changes of a watched attribute, in the order of the stream."""
    before: dict[str, TypedItem] = {}
    touching = []
    for it in sorted(happenings, key=attrgetter("order_key")):
        old, new = before.get(it.document_id, {}), it.new_image
        if new is None or any(old.get(name) != new.get(name) for name in WATCHED):
            touching.append(it)
        before[it.document_id] = new or {}
    return touching
