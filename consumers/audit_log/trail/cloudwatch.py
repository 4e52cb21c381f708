"""The audit log read back from CloudWatch Logs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from consumers.audit_log.log_batch import OLDEST_MS
from consumers.audit_log.trail.lines import Line

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

DAY_MS = 24 * 3600 * 1000
STREAM_DAYS = 2
"""How long a stream may be written to after the day in its name: an execution environment lives for hours."""


class CloudWatchTrail:
    """One log group. Calls raise botocore's ClientError or BotoCoreError."""

    def __init__(self, logs: "CloudWatchLogsClient", group: str) -> None:
        """Take the group."""
        self._logs = logs
        self.group = group

    def lines(self, *, since_ms: int | None = None, text: str | None = None) -> Iterator[Line]:
        """Yield the lines ingested from `since_ms` on, those with `text` in them, roughly in the order of their time.

        An event is filed under its change's time, which may be up to 14 days before it was ingested.
        """
        query: dict[str, Any] = {"logGroupName": self.group}
        if since_ms is not None:
            query["startTime"] = max(0, since_ms - OLDEST_MS)
        if text is not None:
            query["filterPattern"] = f'"{text}"'
        for page in self._logs.get_paginator("filter_log_events").paginate(**query):
            for event in page["events"]:
                line = _line(event)
                if since_ms is None or line.ingested_at_ms >= since_ms:
                    yield line

    def ingested(self, from_ms: int, to_ms: int) -> Iterator[Line]:
        """Yield the lines ingested in a period: of each stream that may have been written to then."""
        for stream in self._streams(from_ms, to_ms):
            request: dict[str, Any] = {
                "logGroupName": self.group,
                "logStreamName": stream,
                "startFromHead": True,
                "limit": 10_000,
            }
            while True:
                page = self._logs.get_log_events(**request)
                for event in page["events"]:
                    line = _line(event)
                    if from_ms <= line.ingested_at_ms < to_ms:
                        yield line
                if page["nextForwardToken"] == request.get("nextToken"):
                    break
                request["nextToken"] = page["nextForwardToken"]

    def begun_ms(self) -> int | None:
        """Return when the first stream was made; None before. Streams' names begin with their day."""
        first = self._logs.describe_log_streams(logGroupName=self.group, orderBy="LogStreamName", limit=50)
        return min((stream["creationTime"] for stream in first["logStreams"]), default=None)

    def kept_since_ms(self, now_ms: int) -> int:
        """Return from when on the group keeps events."""
        pages = self._logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=self.group)
        group = next(it for page in pages for it in page["logGroups"] if it["logGroupName"] == self.group)
        days = group.get("retentionInDays")
        return 0 if days is None else now_ms - days * DAY_MS

    def _streams(self, from_ms: int, to_ms: int) -> Iterator[str]:
        day = datetime.fromtimestamp(from_ms / 1000, UTC).date() - timedelta(days=STREAM_DAYS)
        last = datetime.fromtimestamp(to_ms / 1000, UTC).date()
        paginator = self._logs.get_paginator("describe_log_streams")
        while day <= last:
            for page in paginator.paginate(logGroupName=self.group, logStreamNamePrefix=f"{day.isoformat()}/"):
                yield from (stream["logStreamName"] for stream in page["logStreams"])
            day += timedelta(days=1)


def _line(event: Any) -> Line:
    return Line(timestamp_ms=event["timestamp"], ingested_at_ms=event["ingestionTime"], message=event["message"])
