"""Is the stream read? A backfill may only begin when it is, from a place before the scan."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.errors import FanoutError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

OLDEST = "TRIM_HORIZON"


class NotReadingError(FanoutError):
    """Changes made during a backfill might never reach the index."""


def require_reading(functions: "LambdaClient", mapping_id: str, table: DocumentsTable) -> None:
    """Return if the mapping reads the table's present stream, from its oldest record on.

    A mapping that began at the oldest record has its position before any scan that begins now; one that began at LATEST
    has skipped what was written while it was being made, and nobody knows when that ended.

    Raises:
        NotReadingError: says what is wrong.

    """
    stream_arn = table.stream_arn()
    if stream_arn is None:
        raise NotReadingError(f"{table.name} has no stream: turn it on (new and old images), then deploy")
    try:
        mapping = functions.get_event_source_mapping(UUID=mapping_id)
    except ClientError as error:
        raise NotReadingError(f"the mapping {mapping_id} cannot be read: {error}. Deploy the stage first") from error
    if _stream(mapping.get("EventSourceArn", "")) != _stream(stream_arn):
        raise NotReadingError(
            f"the mapping {mapping_id} reads {mapping.get('EventSourceArn')}, but {table.name} writes to {stream_arn}: "
            "deploy the stage again"
        )
    if mapping.get("State") != "Enabled":
        raise NotReadingError(
            f"the mapping {mapping_id} is {mapping.get('State')}, not Enabled: the stream is not read now. "
            "Enable it, and wait until its state says so"
        )
    if mapping.get("StartingPosition") != OLDEST:
        raise NotReadingError(
            f"the mapping {mapping_id} began at {mapping.get('StartingPosition')}, so changes before it are unknown: "
            f"deploy it with startingPosition {OLDEST}"
        )


def _stream(arn: str) -> str:
    """Return table and label, which is all that can differ: an emulator's table names another region."""
    return arn.rpartition(":table/")[2]
