"""Images too large for a log event: in the audit bucket, in the very form that was hashed."""

from typing import TYPE_CHECKING
from urllib.parse import quote

from stream_processor.change import Change

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "images/"


class ImageStore:
    """The audit bucket. Calls raise botocore's ClientError or BotoCoreError."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        """Take the bucket."""
        self._s3 = s3
        self._bucket = bucket

    def put(self, change: Change, text: str) -> str:
        """Store the canonical text of a change's new image and return its key, the same at every delivery."""
        key = f"{PREFIX}{quote(change.document_id, safe='')}/{change.order_key}.json"
        body = text.encode("utf-8", "surrogatepass")
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ContentType="application/json")
        return key

    def get(self, key: str) -> str:
        """Return what lies there."""
        body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        return body.decode("utf-8", "surrogatepass")
