"""Records of a Lambda event into changes. A record that is none becomes a bad record, never an exception."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from stream_processor.attribute_values import UndecodableError, decode_image
from stream_processor.change import BadRecord, Batch, Change, EventName, OrderKey, UserIdentity
from stream_processor.document_id import document_id
from stream_processor.errors import ConfigurationError

EVENT_SOURCE = "aws:dynamodb"
VIEW_TYPE = "NEW_AND_OLD_IMAGES"
MAX_SEQUENCE_DIGITS = 40

STREAMS_KEPT = 16
"""Labels of streams seen lately. All records of a batch come from one stream."""

_EVENT_NAMES = {name.value: name for name in EventName}
_INSERT, _REMOVE = EventName.INSERT, EventName.REMOVE
_NUMBERS = (int, float)


def decode_event(event: object) -> Batch:
    """Decode an event as Lambda hands it to a function that reads a DynamoDB stream.

    Raises:
        ConfigurationError: the event is no batch of stream records at all, so the function was
            connected to something else.

    """
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list):
        raise ConfigurationError(
            "the event has no list of Records: invoke this function by an event source mapping of a DynamoDB stream"
        )
    changes: dict[str, Change] = {}
    bad_records: list[BadRecord] = []
    repeated = 0
    for record in records:
        decoded = decode_record(record)
        if isinstance(decoded, BadRecord):
            bad_records.append(decoded)
        elif changes.setdefault(decoded.event_id, decoded) is not decoded:
            repeated += 1
    if not changes:
        _refuse_other_sources(records)
    return Batch(changes=tuple(changes.values()), bad_records=tuple(bad_records), repeated=repeated)


def _refuse_other_sources(records: Sequence[object]) -> None:
    sources = {record.get("eventSource") for record in records if isinstance(record, dict)}
    if sources and EVENT_SOURCE not in sources:
        raise ConfigurationError(
            f"every record comes from {', '.join(sorted(map(str, sources)))}, none from {EVENT_SOURCE}: "
            "remove that event source from this function"
        )


def decode_record(record: object) -> Change | BadRecord:
    """Decode one stream record: both images, exactly."""
    try:
        return _change(record)
    except UndecodableError as error:
        event_id = record.get("eventID") if isinstance(record, dict) else None
        return BadRecord(
            record=record,
            reason=str(error),
            event_id=event_id if isinstance(event_id, str) else None,
            sequence_number_text=_sequence_number_text(record),
        )


def _change(record: object) -> Change:
    if type(record) is not dict:
        raise UndecodableError(f"a record is a JSON object, not {type(record).__name__}")
    if record.get("eventSource") != EVENT_SOURCE:
        raise UndecodableError(f"eventSource is {record.get('eventSource')!r}, not {EVENT_SOURCE!r}")
    event_id = record.get("eventID")
    if type(event_id) is not str or not event_id:
        raise UndecodableError("no eventID")
    body = record.get("dynamodb")
    if type(body) is not dict:
        raise UndecodableError("no dynamodb part")
    event_name = _event_name(record)
    keys = decode_image(body.get("Keys"))
    return Change(
        event_id=event_id,
        event_name=event_name,
        document_id=_document_id(keys),
        order_key=OrderKey(_stream_label(record.get("eventSourceARN")), _sequence_number(body)),
        keys=keys,
        old_image=None if event_name is _INSERT else _image(body, "OldImage"),
        new_image=None if event_name is _REMOVE else _image(body, "NewImage"),
        created_at_s=_number(body, "ApproximateCreationDateTime"),
        size_bytes=int(_number(body, "SizeBytes")),
        user_identity=_user_identity(record["userIdentity"]) if "userIdentity" in record else None,
        record=record,
    )


def _event_name(record: Mapping[str, Any]) -> EventName:
    try:
        return _EVENT_NAMES[record["eventName"]]
    except (KeyError, TypeError):
        raise UndecodableError(f"eventName is {record.get('eventName')!r}") from None


def _sequence_number(body: Mapping[str, Any]) -> int:
    text = body.get("SequenceNumber")
    if type(text) is str and len(text) <= MAX_SEQUENCE_DIGITS and text.isascii() and text.isdigit():
        return int(text)
    raise UndecodableError(f"SequenceNumber is {text!r}, not a text of 1 to {MAX_SEQUENCE_DIGITS} digits")


def _sequence_number_text(record: object) -> str | None:
    """Return the sequence number of a record that is bad otherwise, where it has one."""
    body = record.get("dynamodb") if isinstance(record, dict) else None
    if not isinstance(body, dict):
        return None
    try:
        _sequence_number(body)
    except UndecodableError:
        return None
    return str(body["SequenceNumber"])


def _stream_label(arn: object) -> str:
    label = _label_in(arn) if type(arn) is str else ""
    if not label:
        raise UndecodableError(f"eventSourceARN is {arn!r}: not the ARN of a table's stream")
    return label


@lru_cache(STREAMS_KEPT)
def _label_in(arn: str) -> str:
    return arn.rpartition("/stream/")[2] if "/stream/" in arn else ""


def _document_id(keys: Mapping[str, Any]) -> str:
    if not keys:
        raise UndecodableError("Keys is empty")
    try:
        return document_id(keys)
    except ValueError as error:
        raise UndecodableError(f"Keys: {error}") from None


def _image(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    raw = body.get(name)
    if raw is None:
        raise UndecodableError(
            f"no {name} (StreamViewType {body.get('StreamViewType')!r}): the stream must carry {VIEW_TYPE}"
        )
    try:
        return decode_image(raw)
    except UndecodableError as error:
        raise UndecodableError(f"{name}: {error}") from None


def _number(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name, 0)
    if type(value) not in _NUMBERS:
        raise UndecodableError(f"{name} is {value!r}, not a number")
    return float(value)


def _user_identity(raw: object) -> UserIdentity | None:
    if not isinstance(raw, dict):
        return None
    return UserIdentity(type=str(raw.get("type", "")), principal_id=str(raw.get("principalId", "")))
