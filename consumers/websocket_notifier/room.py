"""A document, its changes in a batch, and who listens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stream_processor.change import Change
from stream_processor.consumer import Answer

type Document = Sequence[Change]
"""All changes of one document in a batch, in stream order; at least one."""


class Letter(NamedTuple):
    """A change and the frame that tells of it."""

    change: Change
    frame: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One document in one batch.

    Attributes:
        connections: who listens.
        letters: what is posted to each of them, in stream order.
        answers: of changes about which nothing needs to be posted, or nothing can be.

    """

    connections: Sequence[str] = ()
    letters: Sequence[Letter] = ()
    answers: Sequence[Answer] = ()


def changes_by_document(changes: Iterable[Change]) -> Mapping[str, Document]:
    """Group changes, each document's in stream order (I4)."""
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.document_id, []).append(change)
    return grouped


def letters_by_connection(rooms: Iterable[Room]) -> Mapping[str, Sequence[Letter]]:
    """Collect what each client is to get: of any one document in stream order."""
    mail: dict[str, list[Letter]] = {}
    for room in rooms:
        for connection_id in room.connections:
            mail.setdefault(connection_id, []).extend(room.letters)
    return mail
