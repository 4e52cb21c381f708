"""The table's stream has one record for each write of the plan, and its newest images are the table."""

from collections.abc import Mapping, Sequence

from demonstration.counted import counted
from demonstration.history import Happening, TypedItem
from demonstration.verification.check import Check


def check_stream(happenings: Sequence[Happening], table: Mapping[str, TypedItem], expected: int) -> Check:
    """Compare what the independent reader read with the table and the plan; everything else rests on it."""
    newest: dict[str, Happening] = {}
    for it in happenings:
        if it.document_id not in newest or it.order_key > newest[it.document_id].order_key:
            newest[it.document_id] = it
    differences = []
    if len(happenings) != expected:
        differences.append(f"{len(happenings)} changes in the stream, {expected} were to come")
    for document in sorted(newest.keys() | table.keys()):
        told = newest[document].new_image if document in newest else None
        if told != table.get(document):
            differences.append(f"{document}: the table does not hold what its newest change left")
    return Check(
        title="documents table",
        verified=f"{counted(len(happenings), 'change')} in its stream, {counted(len(table), 'document')} at the end",
        differences=tuple(differences),
    )
