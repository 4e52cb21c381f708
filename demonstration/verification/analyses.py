"""Each change was queued and reached the analysis worker; each document's newest state is the one analysed."""

from collections import Counter
from collections.abc import Mapping, Sequence

from demonstration.history import Happening, TypedItem
from demonstration.verification.check import Check, missing


def check_analyses(
    received: Sequence[str],
    results: Mapping[str, str],
    happenings: Sequence[Happening],
    newest: Mapping[str, Happening],
    table: Mapping[str, TypedItem],
) -> Check:
    """Compare what the worker received and stored with the stream and the table.

    Args:
        received: the event id of each message that the worker logged, repeats and all.
        results: document id -> order key of the stored analysis; documents whose analysis is gone are not in it.
        happenings: every change.
        newest: each document's newest change.
        table: the documents that exist.

    """
    times = Counter(received)
    event_ids = {it.event_id for it in happenings}
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
        verified=f"all {len(event_ids)} changes reached the worker; the newest of each document is analysed",
        differences=tuple(differences),
        repeats=sum(times.values()) - len(times),
    )
