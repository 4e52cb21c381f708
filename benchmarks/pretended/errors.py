"""Errors as boto3 raises them."""

from botocore.exceptions import ClientError


class ConditionalCheckFailedException(ClientError):  # noqa: N818 - boto3's name for it
    """A condition of a write did not hold."""


def client_error(code: str, status: int) -> ClientError:
    """Return the error of an answer."""
    kind = ConditionalCheckFailedException if code == "ConditionalCheckFailedException" else ClientError
    return kind({"Error": {"Code": code, "Message": ""}, "ResponseMetadata": _metadata(status)}, "Operation")  # type: ignore[typeddict-item]


def _metadata(status: int) -> dict[str, int]:
    return {"HTTPStatusCode": status}
