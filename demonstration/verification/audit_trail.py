"""The audit log has each change, exactly once after folding by event id, and each document's events form a chain."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import Any

from demonstration.history import Happening
from demonstration.verification.check import Check, missing

type AuditEvent = Mapping[str, Any]
EXPIRY = "ttl"
"""The actor of what time to live deleted."""


def check_audit_trail(events: Sequence[AuditEvent], happenings: Sequence[Happening]) -> Check:
    """Compare the log's events, repeats and all, with the stream."""
    folded: dict[str, AuditEvent] = {}
    differences = []
    for event in events:
        first = folded.setdefault(event["event_id"], event)
        if first != event:
            differences.append(f"event {event['event_id']} stands in the log with two different contents")
    by_id = {it.event_id: it for it in happenings}
    differences += missing("no audit event", by_id, folded)
    differences += missing("an audit event of a change that nobody made", folded, by_id)
    for event_id in folded.keys() & by_id.keys():
        event, it = folded[event_id], by_id[event_id]
        said = (event["document_id"], event["order_key"], event["event_name"])
        if said != (it.document_id, it.order_key, it.event_name):
            differences.append(f"event {event_id}: the log says {said}, the stream {it}")
        if (event["actor"] == EXPIRY) != it.expired:
            by_whom = "time to live" if it.expired else "a person"
            differences.append(f"event {event_id}: done by {by_whom}, the log says by {event['actor']!r}")
    differences += _broken_chains(folded.values())
    return Check(
        title="audit log",
        verified=f"all {len(by_id)} changes, each once after folding by event id; each document's hashes form a chain",
        differences=tuple(differences),
        repeats=len(events) - len(folded),
    )


def _broken_chains(events: Iterable[AuditEvent]) -> list[str]:
    chains: dict[str, list[AuditEvent]] = {}
    for event in sorted(events, key=itemgetter("order_key")):
        chains.setdefault(event["document_id"], []).append(event)
    return [
        f"{document}: the event at {later['order_key']} does not continue the one before it"
        for document, chain in chains.items()
        for earlier, later in pairwise(chain)
        if later["old_hash"] != earlier["new_hash"]
    ]
