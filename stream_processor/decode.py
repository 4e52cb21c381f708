"""Records of a Lambda event into changes. A record that is none becomes a bad record, never an exception."""

from collections.abc import Mapping
from typing import Any

from stream_processor.attribute_values import UndecodableError, decode_image
from stream_processor.change import BadRecord, Batch, Change, EventName, OrderKey, UserIdentity
from stream_processor.document_id import document_id
from stream_processor.errors import ConfigurationError

EVENT_SOURCE = "aws:dynamodb"
VIEW_TYPE = "NEW_AND_OLD_IMAGES"
MAX_SEQUENCE_DIGITS = 40

_EVENT_NAMES = {name.value: name for name in EventName}


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
    sources = {record.get("eventSource") for record in records if isinstance(record, dict)}
    if sources and EVENT_SOURCE not in sources:
        raise ConfigurationError(
            f"every record comes from {', '.join(sorted(map(str, sources)))}, none from {EVENT_SOURCE}: "
            "remove that event source from this function"
        )
    changes: dict[str, Change] = {}
    bad_records: list[BadRecord] = []
    repeated = 0
    for record in records:
        decoded = decode_record(record)
        if isinstance(decoded, BadRecord):
            bad_records.append(decoded)
        elif decoded.event_id in changes:
            repeated += 1
        else:
            changes[decoded.event_id] = decoded
    return Batch(changes=tuple(changes.values()), bad_records=tuple(bad_records), repeated=repeated)


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
    event_id, event_name = record.get("eventID"), _EVENT_NAMES.get(str(record.get("eventName")))
    if type(event_id) is not str or not event_id:
        raise UndecodableError("no eventID")
    if event_name is None:
        raise UndecodableError(f"eventName is {record.get('eventName')!r}")
    body = record.get("dynamodb")
    if type(body) is not dict:
        raise UndecodableError("no dynamodb part")
    sequence_number = _sequence_number_text(record)
    if sequence_number is None:
        raise UndecodableError(
            f"SequenceNumber is {body.get('SequenceNumber')!r}, not a text of 1 to {MAX_SEQUENCE_DIGITS} digits"
        )
    keys = decode_image(body.get("Keys"))
    return Change(
        event_id=event_id,
        event_name=event_name,
        document_id=_document_id(keys),
        order_key=OrderKey(stream_label=_stream_label(record), sequence_number=int(sequence_number)),
        keys=keys,
        old_image=_image(body, "OldImage", wanted=event_name is not EventName.INSERT),
        new_image=_image(body, "NewImage", wanted=event_name is not EventName.REMOVE),
        created_at_s=_number(body, "ApproximateCreationDateTime"),
        size_bytes=int(_number(body, "SizeBytes")),
        user_identity=_user_identity(record.get("userIdentity")),
        record=record,
    )


def _sequence_number_text(record: object) -> str | None:
    body = record.get("dynamodb") if isinstance(record, dict) else None
    text = body.get("SequenceNumber") if isinstance(body, dict) else None
    if type(text) is str and len(text) <= MAX_SEQUENCE_DIGITS and text.isascii() and text.isdigit():
        return text
    return None


def _stream_label(record: Mapping[str, Any]) -> str:
    arn = record.get("eventSourceARN")
    label = arn.rpartition("/stream/")[2] if type(arn) is str and "/stream/" in arn else ""
    if not label:
        raise UndecodableError(f"eventSourceARN is {arn!r}: not the ARN of a table's stream")
    return label


def _document_id(keys: Mapping[str, Any]) -> str:
    if not keys:
        raise UndecodableError("Keys is empty")
    try:
        return document_id(keys)
    except ValueError as error:
        raise UndecodableError(f"Keys: {error}") from None


def _image(body: Mapping[str, Any], name: str, *, wanted: bool) -> dict[str, Any] | None:
    raw = body.get(name)
    if raw is None and wanted:
        raise UndecodableError(
            f"no {name} (StreamViewType {body.get('StreamViewType')!r}): the stream must carry {VIEW_TYPE}"
        )
    if raw is None or not wanted:
        return None
    try:
        return decode_image(raw)
    except UndecodableError as error:
        raise UndecodableError(f"{name}: {error}") from None


def _number(body: Mapping[str, Any], name: str) -> float:
    value = body.get(name, 0)
    if type(value) not in (int, float):
        raise UndecodableError(f"{name} is {value!r}, not a number")
    return float(value)


def _user_identity(raw: object) -> UserIdentity | None:
    if not isinstance(raw, dict):
        return None
    return UserIdentity(type=str(raw.get("type", "")), principal_id=str(raw.get("principalId", "")))
