"""Reading a shard: iterators kept, asked for anew, and refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from fanout_local.event_source_mapping.commands import Read
from fanout_local.event_source_mapping.happenings import ReadFailed, ReadFailure, RecordsRead
from fanout_local.event_source_mapping.position import After, Latest, Position, TrimHorizon
from fanout_local.event_source_mapping.runner.stream_reader import ShardReader


def refusal(code: str) -> ClientError:
    """An answer of the API."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "GetRecords")


def record(number: str) -> dict[str, Any]:
    """A record as DynamoDB Local sends it."""
    return {"eventID": "0a1b2c3d-0000-0000-0000-000000000000", "dynamodb": {"SequenceNumber": number}}


class Streams:
    """DynamoDB Streams with prepared answers; keeps which iterators were asked for."""

    def __init__(self, *answers: dict[str, Any] | Exception) -> None:
        self._answers = list(answers)
        self.iterators: list[tuple[str, str]] = []

    def get_shard_iterator(self, **request: str) -> dict[str, str]:
        """A new one."""
        self.iterators.append((request["ShardIteratorType"], request.get("SequenceNumber", "")))
        return {"ShardIterator": f"new-{len(self.iterators)}"}

    def get_records(self, **_request: object) -> dict[str, Any]:
        """The next answer."""
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def reads(streams: Streams, *positions: Position) -> list[RecordsRead | ReadFailed]:
    """Read from these positions, one after the other."""
    reader = ShardReader(streams, stream_arn="arn", shard_id="shard")
    return [reader.read(Read(position=position, limit=10)) for position in positions]


def test_the_iterator_is_kept_as_long_as_it_goes_on_from_there() -> None:
    """One iterator serves reads that follow each other; another place needs another one."""
    streams = Streams(
        {"Records": [record("7")], "NextShardIterator": "next"},
        {"Records": [], "NextShardIterator": "next"},
        {"Records": [], "NextShardIterator": "next"},
    )
    reads(streams, TrimHorizon(), After(sequence_number="7"), After(sequence_number="3"))
    assert streams.iterators == [("TRIM_HORIZON", ""), ("AFTER_SEQUENCE_NUMBER", "3")]


def test_an_expired_iterator_is_replaced_at_the_last_sequence_number() -> None:
    """Never by one at the starting position."""
    streams = Streams(
        {"Records": [record("7")], "NextShardIterator": "next"},
        refusal("ExpiredIteratorException"),
        {"Records": [], "NextShardIterator": "next"},
    )
    _, failed, _ = reads(streams, TrimHorizon(), After(sequence_number="7"), After(sequence_number="7"))
    assert isinstance(failed, ReadFailed)
    assert failed.kind is ReadFailure.EXPIRED_ITERATOR
    assert streams.iterators == [("TRIM_HORIZON", ""), ("AFTER_SEQUENCE_NUMBER", "7")]


@pytest.mark.parametrize("position", [TrimHorizon(), Latest(since_ms=0)])
def test_an_iterator_from_before_the_first_record_is_replaced(position: Position) -> None:
    """DynamoDB Local refuses it for ever once other tables were written to; the stream's oldest record comes next."""
    streams = Streams(refusal("TrimmedDataAccessException"), {"Records": [record("900")], "NextShardIterator": "next"})
    (answer,) = reads(streams, position)
    assert isinstance(answer, RecordsRead)
    assert [entry["eventID"] for entry in answer.records] == ["0a1b2c3d000000000000000000000000"]
    assert streams.iterators[-1] == ("TRIM_HORIZON", "")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (refusal("TrimmedDataAccessException"), ReadFailure.TRIMMED),
        (refusal("LimitExceededException"), ReadFailure.THROTTLED),
        (refusal("ResourceNotFoundException"), ReadFailure.VANISHED),
        (refusal("AccessDeniedException"), ReadFailure.DENIED),
        (refusal("InternalServerError"), ReadFailure.UNAVAILABLE),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), ReadFailure.UNAVAILABLE),
        (ValueError("cut short"), ReadFailure.UNAVAILABLE),
    ],
)
def test_every_refusal_is_an_outcome(error: Exception, kind: ReadFailure) -> None:
    """The core decides what follows."""
    (answer,) = reads(Streams(error), After(sequence_number="7"))
    assert isinstance(answer, ReadFailed)
    assert answer.kind is kind
    assert answer.cause


def test_the_end_of_a_shard_is_told() -> None:
    """No next iterator: the shard is closed and read to its end."""
    (answer,) = reads(Streams({"Records": []}), TrimHorizon())
    assert isinstance(answer, RecordsRead)
    assert answer.at_end
