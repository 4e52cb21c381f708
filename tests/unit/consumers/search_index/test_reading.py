"""A backfill begins only when the stream is read from before it."""

from dataclasses import dataclass
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from consumers.search_index.reading import NotReadingError, require_reading

STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/documents/stream/2026-01-02T03:04:05.678"
GOOD = {"EventSourceArn": STREAM, "State": "Enabled", "StartingPosition": "TRIM_HORIZON"}


@dataclass
class FakeTable:
    """A table with a stream, or none."""

    arn: str | None = STREAM
    name: str = "documents"

    def stream_arn(self) -> str | None:
        return self.arn


@dataclass
class FakeLambda:
    """Knows one mapping, or none."""

    mapping: dict[str, Any] | None

    def get_event_source_mapping(self, UUID: str) -> dict[str, Any]:  # noqa: N803 - Lambda's name
        if self.mapping is None:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "GetEventSourceMapping")
        return self.mapping


def check(mapping: dict[str, Any] | None, table: FakeTable | None = None) -> None:
    require_reading(cast("Any", FakeLambda(mapping)), "m-1", cast("Any", table or FakeTable()))


def test_a_mapping_that_reads_from_the_oldest_record_will_do() -> None:
    """Also where an emulator gives the stream another region."""
    check(GOOD)
    check(GOOD, FakeTable(STREAM.replace("us-east-1", "ddblocal")))


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (None, "cannot be read"),
        ({**GOOD, "State": "Disabled"}, "not Enabled"),
        ({**GOOD, "State": "Creating"}, "not Enabled"),
        ({**GOOD, "StartingPosition": "LATEST"}, "began at LATEST"),
        ({**GOOD, "EventSourceArn": STREAM.replace("2026-01", "2025-01")}, "deploy the stage again"),
    ],
)
def test_any_other_is_refused_with_the_reason(mapping: dict[str, Any] | None, says: str) -> None:
    """Changes made meanwhile might be read by nobody."""
    with pytest.raises(NotReadingError, match=says):
        check(mapping)


def test_a_table_without_a_stream_is_refused() -> None:
    """There is nothing to read."""
    with pytest.raises(NotReadingError, match="has no stream"):
        check(GOOD, FakeTable(None))
