"""Is the stream read? A backfill may only begin when it is, from a place before the scan."""

from typing import TYPE_CHECKING

from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.errors import FanoutError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

OLDEST = "TRIM_HORIZON"


class NotReadingError(FanoutError):
    """Changes made during a backfill might never reach the index."""


def require_reading(lambda_: "LambdaClient", function: str, table: DocumentsTable) -> None:
    """Return if the function's mapping reads the table's present stream, from its oldest record on.

    A mapping that began at the oldest record has its position before any scan that begins now; one that began at LATEST
    has skipped what was written while it was being made, and nobody knows when that ended.

    Raises:
        NotReadingError: says what is wrong.

    """
    stream_arn = table.stream_arn()
    if stream_arn is None:
        raise NotReadingError(f"{table.name} has no stream: turn it on (new and old images), then deploy")
    mappings = lambda_.list_event_source_mappings(FunctionName=function, EventSourceArn=stream_arn)[
        "EventSourceMappings"
    ]
    if not mappings:
        raise NotReadingError(f"{function} does not read the stream {stream_arn}: deploy the stage first")
    (mapping, *_) = mappings
    if mapping.get("State") != "Enabled":
        raise NotReadingError(
            f"the mapping {mapping['UUID']} from the stream to {function} is {mapping.get('State')}, not Enabled: "
            "enable it, then wait until `aws lambda get-event-source-mapping` says so"
        )
    if mapping.get("StartingPosition") != OLDEST:
        raise NotReadingError(
            f"the mapping {mapping['UUID']} began at {mapping.get('StartingPosition')}, so changes before it are "
            f"unknown: deploy it with startingPosition {OLDEST}"
        )
