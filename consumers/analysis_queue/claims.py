"""Claim check: what is too large for a message lies in S3 until the queue has surely forgotten the message."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from consumers.analysis_queue.message import Claim, Content, MalformedMessageError, decode_content, encode_content
from stream_processor.environment import Environment

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "claims/analysis/"


class Claims:
    """The claims bucket. Its lifecycle rule for ``claims/`` removes objects after the queue's longest retention.

    Calls raise botocore's ClientError or BotoCoreError; the caller judges them with `consumers.aws_faults`.
    """

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        """Take the bucket."""
        self._s3 = s3
        self._bucket = bucket

    def put(self, event_id: str, content: Content) -> Claim:
        """Store the content of one event; storing it again does no harm."""
        claim = Claim(key=f"{PREFIX}{quote(event_id, safe='')}.json")
        self._s3.put_object(
            Bucket=self._bucket, Key=claim.key, Body=encode_content(content), ContentType="application/json"
        )
        return claim

    def get(self, claim: Claim) -> Content:
        """Return what a claim stands for.

        Raises:
            MalformedMessageError: the claim is for something else in the bucket, or what lies there is no content.

        """
        if not claim.key.startswith(PREFIX):
            raise MalformedMessageError(f"the claim does not lie below {PREFIX}")
        body = self._s3.get_object(Bucket=self._bucket, Key=claim.key)["Body"].read()
        return decode_content(body.decode("utf-8", "replace"))


def claims_bucket(environment: Environment) -> str:
    """Return FANOUT_CLAIMS_BUCKET, by default the failures bucket.

    Raises:
        ConfigurationError: neither is set.

    """
    named = "FANOUT_CLAIMS_BUCKET" in environment.variables
    return environment.text("FANOUT_CLAIMS_BUCKET" if named else "FANOUT_FAILURES_BUCKET")
