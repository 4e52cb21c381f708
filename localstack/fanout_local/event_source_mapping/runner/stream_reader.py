"""Reads one shard through the DynamoDB Streams API."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from fanout_local.event_source_mapping.commands import Read
from fanout_local.event_source_mapping.happenings import ReadFailed, ReadFailure, RecordsRead
from fanout_local.event_source_mapping.position import After, Latest, Position, ShardEnd, TrimHorizon
from fanout_local.event_source_mapping.record import sequence_number_of
from fanout_local.event_source_mapping.runner.refusals import CALL_ERRORS, cause_of, read_failure

LOST_ITERATOR = frozenset({ReadFailure.EXPIRED_ITERATOR, ReadFailure.TRIMMED, ReadFailure.VANISHED})


class ShardReader:
    """Keeps the iterator from one read to the next. One read at a time."""

    def __init__(self, streams: Any, *, stream_arn: str, shard_id: str) -> None:
        """`streams`: boto3's client, whose records come as they were sent; `stream_arn`: as it is known there."""
        self._streams = streams
        self._shard = {"StreamArn": stream_arn, "ShardId": shard_id}
        self._iterator: str | None = None
        self._ends_at: Position | None = None

    def read(self, command: Read) -> RecordsRead | ReadFailed:
        """Read once; every failure is an outcome."""
        try:
            return self._read(command)
        except CALL_ERRORS as error:
            kind = read_failure(error)
            if kind in LOST_ITERATOR:
                self._iterator = None
            return ReadFailed(kind=kind, cause=cause_of(error))
        except ValueError as error:
            return ReadFailed(kind=ReadFailure.UNAVAILABLE, cause=f"An answer that is no JSON: {error}")

    def _read(self, command: Read) -> RecordsRead:
        position = command.position
        iterator = (self._iterator if self._ends_at == position else None) or self._new_iterator(position)
        try:
            answer = self._get_records(iterator, command.limit)
        except ClientError as error:
            # DynamoDB Local counts sequence numbers over all tables: an iterator got while the stream was empty
            # lies before the first number that it has later, and never answers again. Nothing older was there.
            if read_failure(error) is not ReadFailure.TRIMMED or not isinstance(position, TrimHorizon | Latest):
                raise
            answer = self._get_records(self._new_iterator(TrimHorizon()), command.limit)
        records = tuple(_like_aws(record) for record in answer.get("Records", ()))
        self._iterator = answer.get("NextShardIterator")
        self._ends_at = After(sequence_number=sequence_number_of(records[-1])) if records else position
        return RecordsRead(records=records, at_end=self._iterator is None)

    def _new_iterator(self, position: Position) -> str:
        self._ends_at = position
        iterator: str = self._streams.get_shard_iterator(**self._shard, **_iterator_of(position))["ShardIterator"]
        return iterator

    def _get_records(self, iterator: str, limit: int) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._streams.get_records(ShardIterator=iterator, Limit=limit)
        return answer


def _iterator_of(position: Position) -> dict[str, str]:
    match position:
        case TrimHorizon():
            return {"ShardIteratorType": "TRIM_HORIZON"}
        case Latest():
            return {"ShardIteratorType": "LATEST"}
        case After(sequence_number=number):
            return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": number}
        case ShardEnd():
            raise ValueError("There is nothing to read at a shard's end.")


def _like_aws(record: dict[str, Any]) -> Mapping[str, Any]:
    """Return the record with an event id as AWS writes it: 32 hexadecimal digits. DynamoDB Local's has dashes."""
    record["eventID"] = record["eventID"].replace("-", "")
    return record
