"""The way of parked changes: give them to their consumer again; put away what it still does not take; record."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from stream_processor.backoff import Chance
from stream_processor.budget import Budget
from stream_processor.change import BadRecord, Change
from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.deadline import Clock, Deadline
from stream_processor.decode import decode_record
from stream_processor.delivery import Delivery
from stream_processor.delivery_state import LedgerEntry, Standing, State
from stream_processor.outcome import Cause, Delivered, Outcome, Rejected, Retry, Skipped
from stream_processor.parking import ParkingPolicy
from stream_processor.ports import FailuresBucket, Ledger, LedgerUnavailableError, RetryQueue
from stream_processor.undelivered import Undelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedMessage:
    """A message of a retry queue: the queue's id of it, and what it carries."""

    message_id: str
    undelivered: Undelivered


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryReport:
    """What became of the messages, in numbers.

    Attributes:
        settled: state -> messages that left the queue with their change in that state; parked: parked anew.
        kept: messages that stay in the queue, since their change is durable nowhere else.

    """

    settled: Mapping[State, int]
    kept: int
    ledger_faults: tuple[Cause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryWorker:
    """Delivers parked changes through the same consumer code as the stream function.

    A message leaves the queue only when its change is durable elsewhere (I1): in the sink, in the failures bucket,
    or in the same queue again, as a new message with a delay. Parking anew, rather than letting the message come
    back by itself, keeps the queue's receive count for what it is there for: messages that kill the worker.
    """

    consumers: Sequence[str]
    ledger: Ledger
    delivery: Delivery
    retry_queues: Mapping[str, RetryQueue]
    failures: FailuresBucket
    policy: ParkingPolicy
    clock: Clock
    chance: Chance
    reserve_s: float

    def process(self, messages: Sequence[ParkedMessage], deadline: Deadline) -> tuple[list[str], RetryReport]:
        """Return the ids of the messages that must stay in the queue, and the report."""
        faults: list[Cause] = []
        budget = Budget.of(deadline, self.reserve_s)
        open_breakers = self._open_breakers(budget.recall, faults)

        readable: dict[str, Change] = {}
        outcomes: dict[str, Outcome] = {}
        for message in messages:
            decoded = self._decode(message.undelivered)
            if isinstance(decoded, Change):
                readable[message.message_id] = decoded
            else:
                outcomes[message.message_id] = decoded
        stand_ins = _stand_ins(messages, readable)
        distinct = [message for message in messages if stand_ins[message.message_id] == message.message_id]
        outcomes |= self._deliver(distinct, readable, open_breakers, budget.delivery, faults)

        reached = self._put_away(distinct, outcomes, open_breakers, budget.putting_away)
        self._record(distinct, readable, reached, budget.recording, faults)
        standings = {message_id: reached[other] for message_id, other in stand_ins.items() if other in reached}
        kept = [message.message_id for message in messages if message.message_id not in standings]
        settled = Counter(standing.state for standing in standings.values())
        return kept, RetryReport(settled=settled, kept=len(kept), ledger_faults=tuple(faults))

    def _open_breakers(self, deadline: Deadline, faults: list[Cause]) -> Mapping[str, OpenBreaker]:
        try:
            return self.ledger.recall([], self.consumers, deadline).open_breakers
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))
            return {}

    def _decode(self, undelivered: Undelivered) -> Change | Rejected:
        if undelivered.consumer not in self.consumers:
            return Rejected(cause=Cause(type="UnknownConsumer", message=f"no consumer {undelivered.consumer!r} here"))
        decoded = decode_record(undelivered.record)
        if isinstance(decoded, BadRecord):
            return Rejected(cause=Cause(type="BadRecord", message=decoded.reason))
        return decoded

    def _deliver(
        self,
        messages: Sequence[ParkedMessage],
        readable: Mapping[str, Change],
        open_breakers: Mapping[str, OpenBreaker],
        deadline: Deadline,
        faults: list[Cause],
    ) -> dict[str, Outcome]:
        """Return the outcomes to act upon, by message id."""
        work: dict[str, dict[str, Change]] = {}
        for message in messages:
            if change := readable.get(message.message_id):
                work.setdefault(message.undelivered.consumer, {})[change.event_id] = change
        in_order = {name: sorted(changes.values(), key=lambda c: c.order_key) for name, changes in work.items()}
        probed = [name for name in in_order if name in open_breakers and self._claims_probe(name, faults)]
        probes = {name: in_order[name][:1] for name in probed}
        waiting = {name: changes[len(probes.get(name, ())) :] for name, changes in in_order.items()}

        heard = self.delivery.deliver(probes, {}, deadline, faults)
        for name, tally in heard.items():
            if not any(isinstance(outcome, Retry) for outcome in tally.outcomes.values()):
                self._close_breaker(name, faults)
        heard_later = self.delivery.deliver(waiting, open_breakers, deadline, faults)
        by_event = {
            (name, event_id): outcome
            for tallies in (heard, heard_later)
            for name, tally in tallies.items()
            for event_id, outcome in tally.outcomes.items()
        }
        now_ms = self.clock.now_ms()
        return {
            message.message_id: self.policy.judge(
                undelivered, by_event[undelivered.consumer, readable[message.message_id].event_id], now_ms
            )
            for message in messages
            if message.message_id in readable and (undelivered := message.undelivered)
        }

    def _claims_probe(self, name: str, faults: list[Cause]) -> bool:
        now_ms = self.clock.now_ms()
        next_ms = now_ms + round(self.delivery.judge.policy.probe_every_s * 1000)
        try:
            return self.delivery.breakers.claim_probe(name, now_ms=now_ms, next_probe_at_ms=next_ms)
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))
            return False

    def _close_breaker(self, name: str, faults: list[Cause]) -> None:
        try:
            self.delivery.breakers.close_breaker(name)
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))

    def _put_away(
        self,
        messages: Sequence[ParkedMessage],
        outcomes: Mapping[str, Outcome],
        open_breakers: Mapping[str, OpenBreaker],
        deadline: Deadline,
    ) -> dict[str, Standing]:
        """Return where each message's change stands now, by message id, for those that may leave the queue."""
        now_ms = self.clock.now_ms()
        standings: dict[str, Standing] = {}
        dead: dict[str, Undelivered] = {}
        parked: dict[str, dict[str, tuple[Undelivered, float]]] = {}
        for message in messages:
            message_id, undelivered = message.message_id, message.undelivered
            outcome = outcomes[message_id]
            match outcome:
                case Delivered():
                    standings[message_id] = Standing(state=State.DELIVERED, at_ms=now_ms)
                case Skipped():
                    standings[message_id] = Standing(state=State.SKIPPED, at_ms=now_ms)
                case Rejected(cause=cause):
                    dead[message_id] = replace(
                        undelivered, cause=cause, attempts=undelivered.attempts + 1, last_at_ms=now_ms
                    )
                case Retry():
                    breaker = open_breakers.get(undelivered.consumer)
                    parked.setdefault(undelivered.consumer, {})[message_id] = self.policy.again(
                        undelivered, outcome, breaker, now_ms, self.chance
                    )
        for name, again in parked.items():
            items, delays_s = zip(*again.values(), strict=True)
            done = self.retry_queues[name].park(items, deadline, delays_s=delays_s)
            ids = list(again)
            standings |= {ids[position]: Standing(state=State.PARKED, at_ms=now_ms) for position in done}
        if dead:
            done = self.failures.put(list(dead.values()), deadline)
            ids = list(dead)
            standings |= {ids[position]: Standing(state=State.DEAD_LETTERED, at_ms=now_ms) for position in done}
        return standings

    def _record(
        self,
        messages: Sequence[ParkedMessage],
        readable: Mapping[str, Change],
        standings: Mapping[str, Standing],
        deadline: Deadline,
        faults: list[Cause],
    ) -> None:
        """Write the worker's own entries, beside the stream function's, so that neither overwrites the other's."""
        entries: dict[str, LedgerEntry] = {}
        for message in messages:
            change, standing = readable.get(message.message_id), standings.get(message.message_id)
            if change and standing and standing.state is not State.PARKED:
                consumer = message.undelivered.consumer
                event_id = f"{change.event_id}#{consumer}"
                entries[event_id] = LedgerEntry(
                    event_id=event_id, document_id=change.document_id, standings={consumer: standing}
                )
        if not entries:
            return
        try:
            self.ledger.record(list(entries.values()), deadline)
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))


def _stand_ins(messages: Sequence[ParkedMessage], readable: Mapping[str, Change]) -> dict[str, str]:
    """Return, for each message's id, that of the message to act upon: of several of one change, the oldest parking.

    Queues hand out at least once, and a parking whose answer was lost is done again: each parked anew on its own,
    such repeats would multiply for as long as an outage lasts.
    """
    oldest: dict[tuple[str, str], str] = {}
    parts = {
        message.message_id: (message.undelivered.consumer, readable[message.message_id].event_id)
        for message in sorted(messages, key=lambda message: message.undelivered.first_at_ms)
        if message.message_id in readable
    }
    for message_id, part in parts.items():
        oldest.setdefault(part, message_id)
    return {
        message.message_id: oldest[parts[message.message_id]] if message.message_id in parts else message.message_id
        for message in messages
    }
