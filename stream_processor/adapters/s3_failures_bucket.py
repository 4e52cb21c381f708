"""Dead letters as objects of a bucket: one each, whole, readable."""

import json
import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from stream_processor.adapters.lanes import in_lanes
from stream_processor.deadline import Deadline
from stream_processor.undelivered import Undelivered

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "dead-letters"

_logger = logging.getLogger(__name__)


class S3FailuresBucket:
    """Keeps the `FailuresBucket` port's contract."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Use `bucket` of `client`."""
        self._client = client
        self._bucket = bucket

    def put(self, dead_letters: Sequence[Undelivered], deadline: Deadline) -> Collection[int]:
        """Store one object each, several at a time."""
        done = in_lanes(
            lambda position: self._put(position, dead_letters[position], deadline), range(len(dead_letters))
        )
        return {position for position in done if position is not None}

    def _put(self, position: int, letter: Undelivered, deadline: Deadline) -> int | None:
        if deadline.passed():
            return None
        body = json.dumps(letter.as_json(), default=repr).encode()
        try:
            self._client.put_object(
                Bucket=self._bucket, Key=object_key(letter, body), Body=body, ContentType="application/json"
            )
        except (ClientError, BotoCoreError) as error:
            _logger.warning("a dead letter of %s is not stored: %s", letter.consumer, error)
            return None
        return position


def object_key(letter: Undelivered, body: bytes) -> str:
    """Return the key of a dead letter: by consumer, by day, then the event id (of a record without one, its hash).

    The same dead letter put again on the same day stands where it stood.
    """
    day = datetime.fromtimestamp(letter.last_at_ms / 1000, UTC)
    name = letter.event_id or sha256(body).hexdigest()
    return f"{PREFIX}/{letter.consumer}/{day:%Y/%m/%d}/{name}.json"
