"""What happened to the documents, by the table's own stream: the truth that everything else is compared with."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from stream_processor.change import OrderKey
from stream_processor.document_id import document_id

type TypedItem = Mapping[str, Mapping[str, Any]]
"""An item as boto3's client gives it: attribute name -> {type tag: value}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One stream record, as somebody outside reads it.

    Attributes:
        document_id: the text form of its keys.
        order_key: as text; greater is later.
        new_image: None for a deletion.
        written_at_ms: the writer's own clock, out of the new image; a deletion carries none.
        expired: whether time to live deleted it.

    """

    event_id: str
    event_name: str
    document_id: str
    order_key: str
    new_image: TypedItem | None
    written_at_ms: int | None
    expired: bool


def happening(record: Mapping[str, Any], stream_label: str) -> Happening:
    """Read one record of the DynamoDB Streams API."""
    body = record["dynamodb"]
    image = body.get("NewImage")
    stamp = (image or {}).get("written_at_ms", {}).get("N")
    identity = record.get("userIdentity") or {}
    return Happening(
        event_id=record["eventID"],
        event_name=record["eventName"],
        document_id=document_id_of(body["Keys"]),
        order_key=str(OrderKey(stream_label=stream_label, sequence_number=int(body["SequenceNumber"]))),
        new_image=image,
        written_at_ms=None if stamp is None else int(stamp),
        expired=identity.get("PrincipalId") == "dynamodb.amazonaws.com",
    )


def document_id_of(keys: TypedItem) -> str:
    """Return the document id of an item with these typed keys."""
    deserialize: Callable[[Any], Any] = TypeDeserializer().deserialize
    return document_id({name: deserialize(value) for name, value in keys.items()})


class History:
    """Happenings in the order in which they were read. Threads may add and read at once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = Lock()
        self._happenings: dict[str, Happening] = {}

    def add(self, happenings: Iterable[Happening]) -> None:
        """Add what was read; one that was read before changes nothing."""
        with self._lock:
            for it in happenings:
                self._happenings.setdefault(it.event_id, it)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._happenings)

    def all(self) -> tuple[Happening, ...]:
        """Return all of them."""
        with self._lock:
            return tuple(self._happenings.values())

    def newest(self) -> dict[str, Happening]:
        """Return each document's newest, by document id."""
        newest: dict[str, Happening] = {}
        for it in self.all():
            if it.document_id not in newest or it.order_key > newest[it.document_id].order_key:
                newest[it.document_id] = it
        return newest
