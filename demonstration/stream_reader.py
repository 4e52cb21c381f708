"""An independent reader of the documents' stream: it shares no code with what delivers the changes."""

from collections.abc import Callable
from threading import Event, Thread
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError

from demonstration.errors import DemonstrationError
from demonstration.history import Happening, happening

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

READ_EVERY_S = 0.5
SHARDS_EVERY = 20
"""Rounds between looks for new shards."""
_POSITION_LOST = ("TrimmedDataAccessException", "ExpiredIteratorException")

type Start = Literal["TRIM_HORIZON", "LATEST"]


class StreamReader:
    """Reads every shard of a stream on a thread of its own and hands over what it reads.

    Attributes:
        failure: what stopped the reading, if something did.

    """

    def __init__(
        self, client: "DynamoDBStreamsClient", arn: str, start: Start, take: Callable[[list[Happening]], None]
    ) -> None:
        """Prepare to read the stream with this ARN from `start` on; `take` gets non-empty lists."""
        self.failure: Exception | None = None
        self._client = client
        self._arn = arn
        self._label = arn.rpartition("/stream/")[2]
        self._start = start
        self._take = take
        self._iterators: dict[str, str | None] = {}
        self._last_read: dict[str, str] = {}
        self._stop = Event()
        self._thread = Thread(target=self._run, name="stream-reader", daemon=True)

    def start(self) -> None:
        """Take the first iterators, so that nothing written from now on is missed, and begin to read.

        Raises:
            ClientError, BotoCoreError: the stream cannot be read.

        """
        self._look_for_shards()
        self._thread.start()

    def stop(self) -> None:
        """Read nothing more."""
        self._stop.set()
        if self._thread.ident:
            self._thread.join()

    def _run(self) -> None:
        try:
            round_number = 0
            while not self._stop.wait(READ_EVERY_S):
                round_number += 1
                if round_number % SHARDS_EVERY == 0:
                    self._look_for_shards()
                for shard in list(self._iterators):
                    self._read(shard)
        except (ClientError, BotoCoreError) as error:
            self.failure = error

    def _look_for_shards(self) -> None:
        description = self._client.describe_stream(StreamArn=self._arn)["StreamDescription"]
        for shard in description["Shards"]:
            if shard["ShardId"] not in self._iterators:
                start = self._start if not self._iterators else "TRIM_HORIZON"
                self._iterators[shard["ShardId"]] = self._iterator(shard["ShardId"], start)

    def _iterator(self, shard: str, start: Start) -> str:
        after = self._last_read.get(shard)
        answer = (
            self._client.get_shard_iterator(
                StreamArn=self._arn,
                ShardId=shard,
                ShardIteratorType="AFTER_SEQUENCE_NUMBER",
                SequenceNumber=after,
            )
            if after
            else self._client.get_shard_iterator(StreamArn=self._arn, ShardId=shard, ShardIteratorType=start)
        )
        return answer["ShardIterator"]

    def _read(self, shard: str) -> None:
        iterator = self._iterators[shard]
        if iterator is None:
            return
        try:
            answer = self._client.get_records(ShardIterator=iterator, Limit=1000)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _POSITION_LOST:
                raise
            # DynamoDB Local: an iterator taken at the start of an empty stream may be refused for ever.
            self._iterators[shard] = self._iterator(shard, self._start)
            return
        self._iterators[shard] = answer.get("NextShardIterator")
        records = answer["Records"]
        if records:
            self._last_read[shard] = records[-1]["dynamodb"]["SequenceNumber"]
            self._take([happening(record, self._label) for record in records])


def stream_of(client: "DynamoDBClient", table: str) -> str:
    """Return the ARN of a table's stream.

    Raises:
        DemonstrationError: the table has none.

    """
    arn = client.describe_table(TableName=table)["Table"].get("LatestStreamArn")
    if not arn:
        raise DemonstrationError(f"the table {table} has no stream: deploy serverless.yml to this stack again")
    return arn
