"""Where seals lie: objects of the audit bucket, which Object Lock keeps from being changed or deleted.

| key                          | holds                                                                        |
|------------------------------|------------------------------------------------------------------------------|
| seals/<10 digits>.json       | {"seal": the fields of `Seal`, "signature": base64}                          |
| leaves/<10 digits>.txt.gz    | a line for each leaf of the period: event id, space, hash of the leaf in hex |
"""

import gzip
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from consumers.audit_log.trail.seal import MalformedSealError, Seal, SignedSeal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SEALS, LEAVES = "seals/", "leaves/"
TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


class SealTakenError(Exception):
    """Another sealer was faster: a seal of this number is there."""


class SealStore:
    """The audit bucket. Calls raise botocore's ClientError or BotoCoreError."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        """Take the bucket."""
        self._s3 = s3
        self._bucket = bucket

    def numbers(self) -> Iterator[int]:
        """Yield the numbers of the seals that are there, rising."""
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=SEALS):
            for item in page.get("Contents", []):
                name = item["Key"].removeprefix(SEALS).removesuffix(".json")
                if name.isdecimal():
                    yield int(name)

    def read(self, number: int) -> SignedSeal:
        """Return a seal as it lies there.

        Raises:
            MalformedSealError: what lies there is none.

        """
        body = self._s3.get_object(Bucket=self._bucket, Key=_seal_key(number))["Body"].read()
        try:
            fields = json.loads(body)
            return SignedSeal(seal=Seal.read(fields["seal"]), signature=b64decode(fields["signature"]))
        except (ValueError, KeyError, TypeError) as error:
            raise MalformedSealError(f"seal {number} cannot be read: {error}") from None

    def leaves(self, number: int) -> bytes | None:
        """Return the list of a period's leaves; None if there is none."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=_leaves_key(number))["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
        try:
            return gzip.decompress(body)
        except (OSError, EOFError):
            return b""

    def put_leaves(self, number: int, leaves: bytes) -> None:
        """Store the list of a period's leaves, before its seal."""
        self._put(_leaves_key(number), gzip.compress(leaves, mtime=0))

    def put(self, signed: SignedSeal) -> None:
        """Store a seal.

        Raises:
            SealTakenError: there is one of this number.

        """
        fields = {"seal": json.loads(signed.seal.payload), "signature": b64encode(signed.signature).decode()}
        try:
            self._put(_seal_key(signed.seal.number), json.dumps(fields, indent=1).encode(), IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in TAKEN:
                raise SealTakenError(f"seal {signed.seal.number} is there already") from error
            raise

    def _put(self, key: str, body: bytes, **conditions: Any) -> None:
        # Object Lock asks for a checksum of what is put.
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=body, ChecksumAlgorithm="SHA256", **conditions)


def _seal_key(number: int) -> str:
    return f"{SEALS}{number:010}.json"


def _leaves_key(number: int) -> str:
    return f"{LEAVES}{number:010}.txt.gz"
