"""What is kept of a change that a consumer does not have: the parked message and the dead letter.

Both carry the record as it came, so that nothing else is needed to deliver it later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stream_processor.errors import FanoutError
from stream_processor.outcome import Cause

SCHEMA_VERSION = 1
DECODER = "decoder"
"""Stands for the consumer in the dead letter of a bad record: no consumer ever saw it."""


class MalformedMessageError(FanoutError):
    """A message of a retry queue is not one of ours. The caller dead-letters it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A record that one consumer does not have, with the history of the attempts.

    Attributes:
        event_id: None for a bad record that has none.
        consumer: the consumer's name, or `DECODER`.
        attempts: how often the consumer was given it, 1 or more.
        first_at_ms: when the first attempt ended, milliseconds since 1970.
        last_at_ms: when the last attempt ended.
        record: the record as it came.

    """

    event_id: str | None
    consumer: str
    cause: Cause
    attempts: int
    first_at_ms: int
    last_at_ms: int
    record: object

    def as_json(self) -> dict[str, Any]:
        """Return the envelope, ready for `json.dumps`; see docs/delivery.md for its schema."""
        return {
            "schema_version": SCHEMA_VERSION,
            "event_id": self.event_id,
            "consumer": self.consumer,
            "cause": {"type": self.cause.type, "message": self.cause.message},
            "attempts": self.attempts,
            "first_at_ms": self.first_at_ms,
            "last_at_ms": self.last_at_ms,
            "record": self.record,
        }

    @staticmethod
    def from_json(envelope: object) -> "Undelivered":
        """Read an envelope.

        Raises:
            MalformedMessageError: it is not an envelope of this schema version.

        """
        if not isinstance(envelope, dict) or envelope.get("schema_version") != SCHEMA_VERSION:
            raise MalformedMessageError(f"not an envelope of schema version {SCHEMA_VERSION}")
        cause = envelope.get("cause")
        if not isinstance(cause, dict):
            raise MalformedMessageError("an envelope without a cause")
        return Undelivered(
            event_id=_optional_text(envelope, "event_id"),
            consumer=_text(envelope, "consumer"),
            cause=Cause(type=_text(cause, "type"), message=_text(cause, "message")),
            attempts=_whole_number(envelope, "attempts"),
            first_at_ms=_whole_number(envelope, "first_at_ms"),
            last_at_ms=_whole_number(envelope, "last_at_ms"),
            record=envelope.get("record"),
        )


def _text(envelope: Mapping[str, object], name: str) -> str:
    value = envelope.get(name)
    if not isinstance(value, str):
        raise MalformedMessageError(f"{name} is not a text")
    return value


def _optional_text(envelope: Mapping[str, object], name: str) -> str | None:
    return None if envelope.get(name) is None else _text(envelope, name)


def _whole_number(envelope: Mapping[str, object], name: str) -> int:
    value = envelope.get(name)
    if type(value) is not int:
        raise MalformedMessageError(f"{name} is not a whole number")
    return value
