"""The frames bucket: images too large for a frame, each fetched through an address that is signed for a while."""

from typing import TYPE_CHECKING

from consumers.websocket_notifier.frames import FetchNote, LargeImage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ADDRESS_LIFE_S = 15 * 60
"""A client fetches at once. The bucket itself keeps an object for a day."""


class FrameStore:
    """The bucket. Calls raise botocore's ClientError or BotoCoreError."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        """Use `bucket` of `s3`, a client that signs addresses with Signature Version 4."""
        self._s3 = s3
        self._bucket = bucket

    def put(self, large: LargeImage, now_ms: int) -> FetchNote:
        """Store an image and return how it is fetched; storing it again does no harm."""
        self._s3.put_object(Bucket=self._bucket, Key=large.key, Body=large.body, ContentType="application/json")
        url = self._s3.generate_presigned_url(
            "get_object", Params={"Bucket": self._bucket, "Key": large.key}, ExpiresIn=ADDRESS_LIFE_S
        )
        return FetchNote(url=url, expires_at_s=now_ms // 1000 + ADDRESS_LIFE_S)
