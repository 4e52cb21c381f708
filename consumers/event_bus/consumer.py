"""The event bus: every change that the filter lets through becomes an event on an EventBridge bus."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from consumers.aws_faults import Fault, fault_of, fault_of_code
from consumers.event_bus.entry import Entry, Transform, batches, entry_of
from consumers.event_bus.settings import Filter, read_filter, read_transform
from consumers.lanes import Lanes, lanes
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment
from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

MAX_LANES = 8
CHANGES_A_LANE = 10
NO_ANSWER = Cause(type="NoAnswer", message="EventBridge said nothing of this entry")


def build(environment: Environment, aws: AwsClients) -> "EventBus":
    """Make the consumer from FANOUT_EVENT_BUS, FANOUT_EVENT_FILTER and FANOUT_EVENT_TRANSFORM.

    Raises:
        ConfigurationError: a setting is missing or wrong.

    """
    return EventBus(
        aws.events, environment.text("FANOUT_EVENT_BUS"), read_filter(environment), read_transform(environment)
    )


class EventBus:
    """Puts changes on one bus.

    A bus promises no order and may deliver twice: each event carries the event id and the order key, by which a target
    tells repeats and late arrivals (I5, I9).
    """

    name = "event_bus"

    def __init__(self, events: "EventBridgeClient", bus: str, filter_: Filter, transform: Transform) -> None:
        """Take the bus, by name or ARN, and what is told to it."""
        self._events = events
        self._bus = bus
        self._filter = filter_
        self._transform = transform
        self._lanes = Lanes(self.name, MAX_LANES)

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Put `changes`; see `stream_processor.consumer.Consumer`.

        | what happens                                                    | outcome                     |
        |-----------------------------------------------------------------|-----------------------------|
        | the filter leaves the change out                                | Skipped                     |
        | its entry has an event id                                       | Delivered                   |
        | its entry has an error code of throttling, of the service       | Retry                       |
        | another error code                                              | Rejected                    |
        | the call fails: throttling, 5xx, 401, 403, no such bus          | Retry                       |
        | the call fails with another 4xx for several entries             | each half is put by itself  |
        | the call fails with another 4xx for one entry                   | Rejected                    |
        """
        told = []
        for change in changes:
            if skipped := self._filter.skips(change):
                yield Answer(change, skipped)
            else:
                told.append(change)
        if told:
            count = min(MAX_LANES, -(-len(told) // CHANGES_A_LANE))
            yield from self._lanes.run(lanes(told, count), lambda lane: self._deliver_lane(lane, deadline))

    def _deliver_lane(self, lane: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        for batch in batches(entry_of(change, self._transform, self._bus) for change in lane):
            yield from self._put(batch, deadline)

    def _put(self, entries: Sequence[Entry], deadline: Deadline) -> Iterator[Answer]:
        if deadline.passed():
            return
        request: Any = [entry.fields for entry in entries]
        try:
            results = self._events.put_events(Entries=request)["Entries"]
        except (ClientError, BotoCoreError) as error:
            yield from self._failed(entries, fault_of(error), deadline)
            return
        for position, entry in enumerate(entries):
            yield Answer(entry.change, _outcome(results[position] if position < len(results) else {}))

    def _failed(self, entries: Sequence[Entry], fault: Fault, deadline: Deadline) -> Iterator[Answer]:
        if fault.in_what_was_sent and len(entries) > 1:
            middle = len(entries) // 2
            yield from self._put(entries[:middle], deadline)
            yield from self._put(entries[middle:], deadline)
            return
        outcome: Outcome = Rejected(cause=fault.cause) if fault.in_what_was_sent else Retry(cause=fault.cause)
        for entry in entries:
            yield Answer(entry.change, outcome)


def _outcome(result: Mapping[str, Any]) -> Outcome:
    if result.get("EventId"):
        return DELIVERED
    if "ErrorCode" not in result:
        return Retry(cause=NO_ANSWER)
    fault = fault_of_code(result["ErrorCode"], result.get("ErrorMessage", ""))
    return Rejected(cause=fault.cause) if fault.in_what_was_sent else Retry(cause=fault.cause)
