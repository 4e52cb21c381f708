"""A consumer's parked changes in an SQS queue; what is too big for a message lies in the failures bucket."""

import json
import logging
from collections.abc import Collection, Iterator, Sequence
from itertools import repeat
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from stream_processor.adapters.lanes import in_lanes
from stream_processor.deadline import Deadline
from stream_processor.undelivered import SCHEMA_VERSION, MalformedMessageError, Undelivered

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

MESSAGES_A_CALL = 10
BYTES_A_CALL = 1024 * 1024
"""Most bytes of one message and of all messages of one SendMessageBatch (SQS API Reference)."""
CLAIMS = "claims/retry"

_logger = logging.getLogger(__name__)


class _Message(NamedTuple):
    position: int
    body: str
    delay_s: int


class SqsRetryQueue:
    """Keeps the `RetryQueue` port's contract."""

    def __init__(self, sqs: "SQSClient", queue_url: str, s3: "S3Client", bucket: str) -> None:
        """Use the queue at `queue_url`, and `bucket` for claim checks."""
        self._sqs = sqs
        self._queue_url = queue_url
        self._s3 = s3
        self._bucket = bucket

    def park(
        self, parked: Sequence[Undelivered], deadline: Deadline, *, delays_s: Sequence[float] = ()
    ) -> Collection[int]:
        """Send in batches of 10 within 1 MiB, several at a time."""
        messages = [
            _Message(position, json.dumps(item.as_json()), ceil(delay_s))
            for position, (item, delay_s) in enumerate(zip(parked, delays_s or repeat(0.0), strict=False))
        ]
        done = in_lanes(lambda batch: self._send(parked, batch, deadline), list(_batches(messages)))
        return {position for positions in done for position in positions}

    def _send(self, parked: Sequence[Undelivered], batch: Sequence[_Message], deadline: Deadline) -> Collection[int]:
        if deadline.passed():
            return ()
        try:
            answer = self._sqs.send_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {
                        "Id": str(message.position),
                        "MessageBody": self._fitting(message.body, parked[message.position]),
                        "DelaySeconds": message.delay_s,
                    }
                    for message in batch
                ],
            )
        except (ClientError, BotoCoreError) as error:
            _logger.warning("%d changes of %s are not parked: %s", len(batch), parked[0].consumer, error)
            return ()
        for failed in answer.get("Failed", []):
            _logger.warning("a change is not parked: %s %s", failed["Code"], failed.get("Message", ""))
        return [int(sent["Id"]) for sent in answer.get("Successful", [])]

    def _fitting(self, body: str, item: Undelivered) -> str:
        """Return the body, or, where it is too big for a message, a claim check for it."""
        if len(body) <= BYTES_A_CALL:
            return body
        key = f"{CLAIMS}/{item.consumer}/{item.event_id}-{item.attempts}.json"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body.encode(), ContentType="application/json")
        return json.dumps({"schema_version": SCHEMA_VERSION, "claim": key})

    def read(self, body: str) -> Undelivered:
        """Return what a message of the queue stands for, fetching it where the message is a claim check.

        Raises:
            MalformedMessageError: the message is not one of ours.
            ClientError, BotoCoreError: the claim check cannot be read now.

        """
        envelope = _parse(body)
        claim = envelope.get("claim") if isinstance(envelope, dict) else None
        if isinstance(claim, str) and claim.startswith(f"{CLAIMS}/"):
            stored = self._s3.get_object(Bucket=self._bucket, Key=claim)["Body"].read()
            envelope = _parse(stored.decode())
        return Undelivered.from_json(envelope)


def _parse(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError as error:
        raise MalformedMessageError(f"not JSON: {error}") from None


def _batches(messages: Sequence[_Message]) -> Iterator[list[_Message]]:
    batch: list[_Message] = []
    size_bytes = 0
    for message in messages:
        message_bytes = min(len(message.body), BYTES_A_CALL)
        if batch and (len(batch) == MESSAGES_A_CALL or size_bytes + message_bytes > BYTES_A_CALL):
            yield batch
            batch, size_bytes = [], 0
        batch.append(message)
        size_bytes += message_bytes
    if batch:
        yield batch
