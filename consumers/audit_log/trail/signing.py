"""Signatures by a key that nobody can take out of Key Management Service: ECDSA over P-256 with SHA-256."""

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ALGORITHM: Final = "ECDSA_SHA_256"


class KmsSigner:
    """One key. Calls raise botocore's ClientError or BotoCoreError."""

    def __init__(self, kms: "KMSClient", key_id: str) -> None:
        """Take the key's id or ARN."""
        self._kms = kms
        self._key_id = key_id

    def sign(self, payload: bytes) -> bytes:
        """Return the signature."""
        return self._kms.sign(
            KeyId=self._key_id, Message=sha256(payload).digest(), MessageType="DIGEST", SigningAlgorithm=ALGORITHM
        )["Signature"]

    def has_signed(self, payload: bytes, signature: bytes) -> bool:
        """Return whether the key made this signature."""
        try:
            return self._kms.verify(
                KeyId=self._key_id,
                Message=sha256(payload).digest(),
                MessageType="DIGEST",
                Signature=signature,
                SigningAlgorithm=ALGORITHM,
            )["SignatureValid"]
        except self._kms.exceptions.KMSInvalidSignatureException:
            return False
