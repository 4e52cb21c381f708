"""Every change has arrived at every consumer, by the delivery ledger; nothing lies in a queue or among the failures."""

from collections.abc import Mapping, Sequence

from demonstration.history import Happening
from demonstration.ledger_reader import ARRIVED, Ledger
from demonstration.verification.check import Check


def check_ledger(
    happenings: Sequence[Happening], ledger: Ledger, failures: Sequence[str], queued: Mapping[str, int]
) -> Check:
    """Compare the ledger with the stream.

    Args:
        happenings: every change.
        ledger: what is known of them.
        failures: keys of the objects in the failures bucket.
        queued: messages in each queue, by its name.

    """
    differences = []
    for it in happenings:
        for consumer in ledger.consumers:
            standing = ledger.standing(it.event_id, consumer)
            if standing is None or standing.state not in ARRIVED:
                state = standing.state.value if standing else "not in the ledger"
                differences.append(f"{it.document_id}: event {it.event_id} is {state} at {consumer}")
    differences += [f"the failures bucket holds {key}" for key in failures]
    differences += [f"the queue {name} holds {count} messages" for name, count in queued.items() if count]
    return Check(
        title="delivery ledger",
        verified=(
            f"all {len(happenings)} changes delivered at {len(ledger.consumers)} consumers; "
            f"no failures, {len(queued)} queues empty"
        ),
        differences=tuple(differences),
    )
