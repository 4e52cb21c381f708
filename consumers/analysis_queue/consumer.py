"""The analysis queue: a change of what is analysed becomes a message of an SQS FIFO queue."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from consumers.analysis_queue.claims import Claims, claims_bucket
from consumers.analysis_queue.entry import Entry, batches, entry_of
from consumers.analysis_queue.message import WATCHED
from consumers.aws_faults import Fault, fault_of, fault_of_code
from consumers.lanes import Lanes, lanes
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change, EventName
from stream_processor.consumer import Answer
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry, Skipped

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import BatchResultErrorEntryTypeDef

MAX_LANES = 16
CHANGES_A_LANE = 10
"""Fewer changes than this do not fill one call: a lane of their own would only cost a call more."""
ABSENT = object()
NO_ANSWER = Cause(type="NoAnswer", message="SQS answered neither yes nor no for this entry")


def build(environment: Environment, aws: AwsClients) -> "AnalysisQueue":
    """Make the consumer from FANOUT_ANALYSIS_QUEUE_URL, the claims bucket, and two settings that may be left out.

    FANOUT_ANALYSIS_WATCHED names the attributes that are analysed: the title first, then the parts of the body.
    FANOUT_REDRIVE_RUN is set by whoever delivers changes again that were queued before; see `AnalysisQueue`.

    Raises:
        ConfigurationError: a setting is missing or wrong.

    """
    return AnalysisQueue(
        aws.sqs,
        environment.url("FANOUT_ANALYSIS_QUEUE_URL"),
        Claims(aws.s3, claims_bucket(environment)),
        watched=environment.names("FANOUT_ANALYSIS_WATCHED", WATCHED),
        run=environment.text("FANOUT_REDRIVE_RUN", "-").removeprefix("-"),
    )


def skipped(change: Change, watched: Sequence[str]) -> Skipped | None:
    """Return why a change is not analysed, if it is not. A deletion always counts: the result has to go."""
    if change.event_name is EventName.REMOVE:
        return None
    old, new = change.old_image or {}, change.new_image or {}
    if any(old.get(name, ABSENT) != new.get(name, ABSENT) for name in watched):
        return None
    return Skipped(reason=f"none of the attributes that are analysed changed: {', '.join(watched)}")


class AnalysisQueue:
    """Sends changes to one FIFO queue: group = document id, deduplication id = event id (I9).

    SQS drops a message whose deduplication id it had within 5 minutes, also when a person wants it queued again: then
    the id is ``event id#run``, where a run is one act of delivering again.

    One document's messages are sent in order. Once a change must be tried again, later changes of its document in
    later calls wait with it (Retry). Within one call SQS may still take the later of two and not the earlier, and
    what was parked comes by itself: hence the worker trusts the order key, never the order of arrival (I5).
    """

    name = "analysis_queue"

    def __init__(
        self, sqs: "SQSClient", queue_url: str, claims: Claims, *, watched: Sequence[str] = WATCHED, run: str = ""
    ) -> None:
        """Take the queue, and where content lies that is too large for a message."""
        self._sqs = sqs
        self._queue_url = queue_url
        self._claims = claims
        self._watched = watched
        self._mark = f"#{run}" if run else ""
        self._lanes = Lanes(self.name, MAX_LANES)

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Send `changes`; see `stream_processor.consumer.Consumer`.

        | what happens                                                      | outcome                     |
        |-------------------------------------------------------------------|-----------------------------|
        | none of the watched attributes changed                            | Skipped                     |
        | the entry is among Successful                                     | Delivered                   |
        | it is among Failed, as the sender's fault, by another code than   | Rejected                    |
        |   throttling, permission, encryption keys                         |                             |
        | it is among Failed otherwise, or in neither list                  | Retry                       |
        | the call fails: throttling, 5xx, 401, 403, no such queue, no      | Retry                       |
        |   connection; or the claims bucket fails                          |                             |
        | the call fails with another 4xx for several entries               | each half is sent by itself |
        | the call fails with another 4xx for one entry                     | Rejected                    |
        """
        touching = []
        for change in changes:
            if reason := skipped(change, self._watched):
                yield Answer(change, reason)
            else:
                touching.append(change)
        if touching:
            count = min(MAX_LANES, -(-len(touching) // CHANGES_A_LANE))
            yield from self._lanes.run(lanes(touching, count), lambda lane: self._deliver_lane(lane, deadline))

    def _deliver_lane(self, lane: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        waiting: dict[str, Cause] = {}
        for batch in batches(entry_of(change, self._watched) for change in lane):
            sendable = []
            for entry in batch:
                cause = waiting.get(entry.change.document_id)
                if cause is None:
                    sendable.append(entry)
                else:
                    yield Answer(entry.change, Retry(cause=cause))
            for change, outcome in self._send(sendable, deadline):
                if isinstance(outcome, Retry):
                    waiting.setdefault(change.document_id, outcome.cause)
                yield Answer(change, outcome)

    def _send(self, entries: Sequence[Entry], deadline: Deadline) -> Iterator[Answer]:
        if not entries or deadline.passed():
            return
        try:
            ready = [entry.claimed(self._claims) for entry in entries]
            response = self._sqs.send_message_batch(
                QueueUrl=self._queue_url,
                Entries=[
                    {
                        "Id": str(position),
                        "MessageBody": entry.body,
                        "MessageGroupId": entry.change.document_id,
                        "MessageDeduplicationId": f"{entry.change.event_id}{self._mark}",
                    }
                    for position, entry in enumerate(ready)
                ],
            )
        except (ClientError, BotoCoreError) as error:
            yield from self._failed(entries, fault_of(error), deadline)
            return
        sent = {entry["Id"] for entry in response.get("Successful", [])}
        failed = {entry["Id"]: entry for entry in response.get("Failed", [])}
        for position, entry in enumerate(entries):
            key = str(position)
            yield Answer(entry.change, DELIVERED if key in sent else _outcome(failed.get(key)))

    def _failed(self, entries: Sequence[Entry], fault: Fault, deadline: Deadline) -> Iterator[Answer]:
        if fault.in_what_was_sent and len(entries) > 1:
            middle = len(entries) // 2
            yield from self._send(entries[:middle], deadline)
            yield from self._send(entries[middle:], deadline)
            return
        outcome: Outcome = Rejected(cause=fault.cause) if fault.in_what_was_sent else Retry(cause=fault.cause)
        for entry in entries:
            yield Answer(entry.change, outcome)


def _outcome(failed: "BatchResultErrorEntryTypeDef | None") -> Outcome:
    if failed is None:
        return Retry(cause=NO_ANSWER)
    fault = fault_of_code(failed["Code"], failed.get("Message", ""))
    if failed["SenderFault"] and fault.in_what_was_sent:
        return Rejected(cause=fault.cause)
    return Retry(cause=fault.cause)
