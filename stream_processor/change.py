"""A change: one stream record, decoded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from stream_processor.attribute_values import Image
from stream_processor.value_class import value_class

TTL_PRINCIPAL = "dynamodb.amazonaws.com"
"""`principalId` of a deletion made by time to live (DynamoDB Developer Guide, "Streams and TTL")."""


class EventName(StrEnum):
    """What happened to the item."""

    INSERT = "INSERT"
    MODIFY = "MODIFY"
    REMOVE = "REMOVE"


class OrderKey(NamedTuple):
    """The place of a change among all changes of its item.

    Sequence numbers order the changes of an item within one stream only. A table that was restored,
    re-created or given a new stream has a new, later label, and starts its numbers anew.

    Attributes:
        stream_label: the stream's label, from its ARN: a creation time of fixed width, so text order is time order.
        sequence_number: at most 40 digits: beyond 64 bits, and wrong to compare as text.

    """

    stream_label: str
    sequence_number: int

    def __str__(self) -> str:
        """Return the text form, which sorts as text just as order keys do: label, ``/``, 40 digits."""
        return f"{self.stream_label}/{self.sequence_number:040d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserIdentity:
    """Who made the change, where DynamoDB says so (only for its own deletions by time to live)."""

    type: str
    principal_id: str


@value_class
class Change:
    """One stream record, decoded.

    Attributes:
        event_id: the stream's own id of the record: the same at every redelivery.
        document_id: see `stream_processor.document_id`.
        keys: the item's keys.
        old_image: the item before the change; None for an INSERT.
        new_image: the item after the change; None for a REMOVE.
        created_at_s: DynamoDB's approximate creation time, seconds since 1970; its resolution is one second.
        size_bytes: DynamoDB's size of the record (keys and images).
        user_identity: set for deletions by time to live.
        record: the record as it came, for whoever must keep it whole.

    """

    event_id: str
    event_name: EventName
    document_id: str
    order_key: OrderKey
    keys: Image
    old_image: Image | None
    new_image: Image | None
    created_at_s: float
    size_bytes: int
    user_identity: UserIdentity | None
    record: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def sequence_number_text(self) -> str:
        """The sequence number as the stream wrote it: the only form in which a batch answer may name it."""
        text: str = self.record["dynamodb"]["SequenceNumber"]
        return text

    @property
    def expired(self) -> bool:
        """Whether time to live deleted the item."""
        return self.user_identity is not None and self.user_identity.principal_id == TTL_PRINCIPAL


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRecord:
    """A record that is no change: it goes to the failures bucket, whole.

    Attributes:
        record: what came, whatever it is.
        reason: what is wrong with it, in words.
        event_id: where the record has one.
        sequence_number_text: as it came, where it is one; else None, and a batch answer cannot name the record.

    """

    record: object
    reason: str
    event_id: str | None
    sequence_number_text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A decoded event: what can be delivered, in stream order, and what cannot be decoded.

    Attributes:
        changes: each event id once.
        bad_records: in the order of the event.
        repeated: records left out because their event id stood in the event before.

    """

    changes: tuple[Change, ...]
    bad_records: tuple[BadRecord, ...]
    repeated: int
