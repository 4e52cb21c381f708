"""The way of parked changes: read, give them to their consumer again, record, and say which messages stay."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from stream_processor.change import BadRecord, Change
from stream_processor.deadline import Clock, Deadline
from stream_processor.decode import decode_record
from stream_processor.delivery_state import LedgerEntry, Standing, State
from stream_processor.fan_out import FanOut
from stream_processor.outcome import Cause, Delivered, Outcome, Rejected, Skipped
from stream_processor.ports import FailuresBucket, Ledger, LedgerUnavailableError
from stream_processor.undelivered import Undelivered

UNKNOWN_CONSUMER = "UnknownConsumer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMessage:
    """A message of a retry queue.

    Attributes:
        message_id: the queue's id of it.
        received: how often the queue has handed it out, 1 or more.
        undelivered: what it carries.

    """

    message_id: str
    received: int
    undelivered: Undelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryReport:
    """What became of the messages, in numbers: state -> messages; `kept` stay in the queue."""

    settled: Mapping[State, int]
    kept: int
    ledger_faults: tuple[Cause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryWorker:
    """Delivers parked changes through the same consumer code as the stream function.

    A message leaves the queue only when its change is durable elsewhere (I1): in the sink, or in the failures bucket.
    """

    ledger: Ledger
    fan_out: FanOut
    failures: FailuresBucket
    clock: Clock
    reserve_s: float

    def process(self, messages: Sequence[ParkedMessage], deadline: Deadline) -> tuple[list[str], RetryReport]:
        """Return the ids of the messages that must stay in the queue, and the report."""
        decoded = {message.message_id: self._decode(message) for message in messages}
        work: dict[str, dict[str, Change]] = {}
        for message in messages:
            change = decoded[message.message_id]
            if isinstance(change, Change):
                work.setdefault(message.undelivered.consumer, {})[change.event_id] = change
        tallies = self.fan_out.deliver(
            {
                consumer: sorted(changes.values(), key=lambda change: change.order_key)
                for consumer, changes in work.items()
            },
            deadline.less(self.reserve_s),
        )

        outcomes: dict[str, Outcome] = {}
        for message in messages:
            change = decoded[message.message_id]
            outcomes[message.message_id] = (
                tallies[message.undelivered.consumer].outcomes[change.event_id]
                if isinstance(change, Change)
                else change
            )
        standings = self._put_away(messages, outcomes, deadline)
        faults = self._record(messages, decoded, standings, deadline)
        kept = [message.message_id for message in messages if message.message_id not in standings]
        settled: dict[State, int] = {}
        for standing in standings.values():
            settled[standing.state] = settled.get(standing.state, 0) + 1
        return kept, RetryReport(settled=settled, kept=len(kept), ledger_faults=faults)

    def _decode(self, message: ParkedMessage) -> Change | Rejected:
        undelivered = message.undelivered
        if undelivered.consumer not in self.fan_out.consumers:
            return Rejected(cause=Cause(type=UNKNOWN_CONSUMER, message=f"no consumer {undelivered.consumer!r} here"))
        decoded = decode_record(undelivered.record)
        if isinstance(decoded, BadRecord):
            return Rejected(cause=Cause(type="BadRecord", message=decoded.reason))
        return decoded

    def _put_away(
        self, messages: Sequence[ParkedMessage], outcomes: Mapping[str, Outcome], deadline: Deadline
    ) -> dict[str, Standing]:
        """Return where each message's change stands now, by message id, for those that may leave the queue."""
        now_ms = self.clock.now_ms()
        standings: dict[str, Standing] = {}
        dead: dict[str, Undelivered] = {}
        for message in messages:
            outcome = outcomes[message.message_id]
            if isinstance(outcome, Delivered | Skipped):
                state = State.DELIVERED if isinstance(outcome, Delivered) else State.SKIPPED
                standings[message.message_id] = Standing(state=state, at_ms=now_ms)
            elif isinstance(outcome, Rejected):
                dead[message.message_id] = replace(
                    message.undelivered,
                    cause=outcome.cause,
                    attempts=message.undelivered.attempts + message.received,
                    last_at_ms=now_ms,
                )
        stored: Collection[int] = self.failures.put(list(dead.values()), deadline) if dead else ()
        ids = list(dead)
        return standings | {ids[position]: Standing(state=State.DEAD_LETTERED, at_ms=now_ms) for position in stored}

    def _record(
        self,
        messages: Sequence[ParkedMessage],
        decoded: Mapping[str, Change | Rejected],
        standings: Mapping[str, Standing],
        deadline: Deadline,
    ) -> tuple[Cause, ...]:
        """Write the worker's own entries, beside the stream function's, so that neither overwrites the other's."""
        entries = {}
        for message in messages:
            change = decoded[message.message_id]
            if isinstance(change, Change) and message.message_id in standings:
                consumer = message.undelivered.consumer
                entries[f"{change.event_id}#{consumer}"] = LedgerEntry(
                    event_id=f"{change.event_id}#{consumer}",
                    document_id=change.document_id,
                    standings={consumer: standings[message.message_id]},
                )
        if not entries:
            return ()
        try:
            self.ledger.record(list(entries.values()), deadline)
        except LedgerUnavailableError as error:
            return (Cause.of(error),)
        return ()
