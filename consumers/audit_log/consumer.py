"""The audit log: every change becomes one event in a CloudWatch Logs group."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from consumers.audit_log.event import audit_event
from consumers.audit_log.image_store import ImageStore
from consumers.audit_log.log_batch import MAX_EVENT_BYTES, LogEvent, batches, counted_bytes, log_event, timestamp_ms
from consumers.aws_faults import Fault, fault_of
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_logs.type_defs import RejectedLogEventsInfoTypeDef

REFUSED_TIME = Cause(type="RejectedLogEvents", message="CloudWatch Logs refused even the present time")
STREAM_GONE = "ResourceNotFoundException"
STREAM_EXISTS = "ResourceAlreadyExistsException"


NO_IMAGES, NEW_IMAGES = "none", "new"


def build(environment: Environment, aws: AwsClients) -> "AuditLog":
    """Make the consumer from FANOUT_AUDIT_LOG_GROUP and FANOUT_AUDIT_IMAGES: none (the default) or new.

    With new images, FANOUT_AUDIT_BUCKET says where those lie that make an event too large.

    Raises:
        ConfigurationError: a setting is missing or wrong.

    """
    images = None
    if environment.choice("FANOUT_AUDIT_IMAGES", (NO_IMAGES, NEW_IMAGES), NO_IMAGES) == NEW_IMAGES:
        images = ImageStore(aws.s3, environment.text("FANOUT_AUDIT_BUCKET"))
    return AuditLog(aws.logs, environment.text("FANOUT_AUDIT_LOG_GROUP"), images)


class AuditLog:
    """Brings changes to one log group; each execution environment writes to a log stream of its own.

    A change that comes twice is logged twice, with the same event id: whoever reads the trail folds on it (I9).
    """

    name = "audit_log"

    def __init__(self, logs: "CloudWatchLogsClient", group: str, images: ImageStore | None = None) -> None:
        """Take the group, which the deployment makes, and where large images go; without it only hashes are kept."""
        self._logs = logs
        self._group = group
        self._images = images
        self._stream: str | None = None

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Log `changes`; see `stream_processor.consumer.Consumer`.

        | what happens                                                      | outcome                             |
        |-------------------------------------------------------------------|-------------------------------------|
        | a call succeeds                                                   | Delivered                           |
        | it succeeds, but an event's time is refused (too old, expired)    | sent again with the present time    |
        | the present time is refused too                                   | Retry                               |
        | throttling, 5xx, 401, 403, no such group or stream, no connection | Retry                               |
        | another 4xx for several events                                    | each half is sent by itself         |
        | another 4xx for one event                                         | Rejected                            |
        | the image makes the event too large and the bucket fails          | Retry                               |
        """
        now_ms = deadline.clock.now_ms()
        events = []
        for change in changes:
            try:
                message = self._message(change)
            except (ClientError, BotoCoreError) as error:
                yield Answer(change, Retry(cause=fault_of(error).cause))
            else:
                events.append(log_event(change, timestamp_ms(change.created_at_s, now_ms), message))
        for batch in batches(events):
            yield from self._put(batch, deadline)

    def _message(self, change: Change) -> str:
        event = audit_event(change)
        message = event.message(with_image=self._images is not None)
        if self._images is None or event.new_image is None or counted_bytes(message) <= MAX_EVENT_BYTES:
            return message
        return event.pointing_message(self._images.put(change, event.new_image))

    def _put(self, batch: Sequence[LogEvent], deadline: Deadline, *, at_present: bool = False) -> Iterator[Answer]:
        if deadline.passed():
            return
        try:
            stream = self._stream or self._create_stream(deadline.clock.now_ms())
            response = self._logs.put_log_events(
                logGroupName=self._group,
                logStreamName=stream,
                logEvents=[{"timestamp": event.timestamp_ms, "message": event.message} for event in batch],
            )
        except (ClientError, BotoCoreError) as error:
            yield from self._failed(batch, fault_of(error), deadline, at_present=at_present)
            return
        refused = _refused(response.get("rejectedLogEventsInfo", {}), len(batch))
        for position, event in enumerate(batch):
            if position not in refused:
                yield Answer(event.change, DELIVERED)
            elif at_present:
                yield Answer(event.change, Retry(cause=REFUSED_TIME))
        if refused and not at_present:
            now_ms = deadline.clock.now_ms()
            again = [replace(batch[position], timestamp_ms=now_ms) for position in sorted(refused)]
            yield from self._put(again, deadline, at_present=True)

    def _failed(
        self, batch: Sequence[LogEvent], fault: Fault, deadline: Deadline, *, at_present: bool
    ) -> Iterator[Answer]:
        if fault.cause.type == STREAM_GONE:
            self._stream = None
        if fault.in_what_was_sent and len(batch) > 1:
            middle = len(batch) // 2
            yield from self._put(batch[:middle], deadline, at_present=at_present)
            yield from self._put(batch[middle:], deadline, at_present=at_present)
            return
        outcome: Outcome = Rejected(cause=fault.cause) if fault.in_what_was_sent else Retry(cause=fault.cause)
        for event in batch:
            yield Answer(event.change, outcome)

    def _create_stream(self, now_ms: int) -> str:
        """Make this environment's log stream: a date, so that people find it, and something unique."""
        day = datetime.fromtimestamp(now_ms / 1000, UTC).date().isoformat()
        stream = f"{day}/{uuid4().hex}"
        try:
            self._logs.create_log_stream(logGroupName=self._group, logStreamName=stream)
        except ClientError as error:
            if error.response["Error"]["Code"] != STREAM_EXISTS:
                raise
        self._stream = stream
        return stream


def _refused(info: "RejectedLogEventsInfoTypeDef", count: int) -> set[int]:
    """Return the positions of events whose time was refused (in time order: the oldest and the newest)."""
    too_old_end = max(info.get("tooOldLogEventEndIndex", 0), info.get("expiredLogEventEndIndex", 0))
    too_new_start = info.get("tooNewLogEventStartIndex", count)
    return {*range(too_old_end), *range(too_new_start, count)}
