"""Each WebSocket client saw its documents' changes in order, and at rest holds what the table holds."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from demonstration.follower import Follower, Reading
from demonstration.history import Happening, TypedItem
from demonstration.verification.check import Check, missing
from demonstration.verification.same_content import difference


def check_client(
    client: Follower, happenings: Sequence[Happening], newest: Mapping[str, Happening], table: Mapping[str, TypedItem]
) -> Check:
    """Compare one client's memory with the stream and the table."""
    received = client.received_at_ms()
    accepted = client.accepted()
    held = client.held()
    differences = [
        *client.faults,
        *(f"{it.document_id}: no frame of event {it.event_id}" for it in happenings if it.event_id not in received),
        *(
            f"{document}: took {later} after {earlier}"
            for document, keys in accepted.items()
            for earlier, later in pairwise(keys)
            if later <= earlier
        ),
        *missing(f"{client.name} holds nothing of it", newest, held),
    ]
    for document, holding in held.items():
        if document not in newest:
            differences.append(f"{document}: nobody wrote it")
        elif holding.order_key != newest[document].order_key:
            differences.append(
                f"{document}: {client.name} rests at {holding.order_key}, the stream at {newest[document].order_key}"
            )
        elif holding.image is None and document in table:
            differences.append(f"{document}: {client.name} holds it as deleted")
        elif holding.image is not None and document not in table:
            differences.append(f"{document}: {client.name} holds it, the table does not")
        elif holding.image is not None and (place := difference(table[document], holding.image)):
            differences.append(f"{document}: {client.name} holds another {place}")
    repeats, late = client.readings[Reading.REPEATED], client.readings[Reading.LATE]
    return Check(
        title=client.name,
        verified=(
            f"saw all {len(happenings)} changes ({late} after a newer one, {client.fetched} fetched over HTTP); "
            "each document's order keys strictly rise, its state at rest is the table's"
        ),
        differences=tuple(differences),
        repeats=repeats,
    )
