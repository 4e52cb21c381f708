"""What the on-failure destination gets of a batch that was given up. Pure.

Source: AWS Lambda Developer Guide, "Retain discarded batch records for a DynamoDB event source", and recordings.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

S3_NAMES = uuid.UUID("1f3c4b1e-6a0f-5d0b-9f59-0a0b6f0f3a55")
"""Namespace of the UUIDs that end S3 keys: the same failure sent twice is one object."""


class Condition(Enum):
    """Why it was given up."""

    RETRY_ATTEMPTS_EXHAUSTED = "RetryAttemptsExhausted"
    RECORD_AGE_EXCEEDED = "RecordAgeExceeded"


@dataclass(frozen=True, slots=True, kw_only=True)
class LastAnswer:
    """The function's last answer, for a failure by attempts."""

    status_code: int
    executed_version: str
    function_error: str | None
    """None: it returned, and named failed items."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRecord:
    """A batch that was given up, whole: everything that any form of the record tells."""

    condition: Condition
    request_id: str
    function_arn: str
    stream_arn: str
    shard_id: str
    invoke_count: int
    last_answer: LastAnswer | None
    """None: it was given up for its age."""
    start_sequence_number: str
    end_sequence_number: str
    first_arrival_ms: int
    last_arrival_ms: int
    batch_size: int
    event: bytes
    """The records as an event, JSON: S3's payload."""
    given_up_ms: int

    def document(self) -> dict[str, object]:
        """Return what every form of the record tells."""
        answer = self.last_answer
        document: dict[str, object] = {
            "requestContext": {
                "requestId": self.request_id,
                "functionArn": self.function_arn,
                "condition": self.condition.value,
                "approximateInvokeCount": self.invoke_count,
            }
        }
        if answer is not None:
            document["responseContext"] = {
                "statusCode": answer.status_code,
                "executedVersion": answer.executed_version,
                "functionError": answer.function_error,
            }
        return document | {
            "version": "1.0",
            "timestamp": _iso(self.given_up_ms, "milliseconds"),
            "DDBStreamBatchInfo": {
                "shardId": self.shard_id,
                "startSequenceNumber": self.start_sequence_number,
                "endSequenceNumber": self.end_sequence_number,
                "approximateArrivalOfFirstRecord": _iso(self.first_arrival_ms, "seconds"),
                "approximateArrivalOfLastRecord": _iso(self.last_arrival_ms, "seconds"),
                "batchSize": self.batch_size,
                "streamArn": self.stream_arn,
            },
        }


def notification(failure: FailureRecord) -> str:
    """Return the body of an SQS message or an SNS notification: without the records themselves."""
    return json.dumps(failure.document())


def s3_object(failure: FailureRecord) -> str:
    """Return the body of the S3 object: with the event that was given up, as a JSON string."""
    return json.dumps(failure.document() | {"payload": failure.event.decode()})


def s3_key(failure: FailureRecord, mapping_id: str) -> str:
    """Return the S3 object's key; the same for the same failure."""
    moment = datetime.fromtimestamp(failure.given_up_ms / 1000, UTC)
    name = f"{mapping_id}/{failure.shard_id}/{failure.start_sequence_number}/{failure.given_up_ms}"
    return (
        f"aws/lambda/{mapping_id}/{failure.shard_id}/{moment:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}-{uuid.uuid5(S3_NAMES, name)}"
    )


def _iso(time_ms: int, timespec: str) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec=timespec).removesuffix("+00:00") + "Z"
