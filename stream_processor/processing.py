"""The way of a batch: decode, recall, fan out, put away, record, settle."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stream_processor.budget import Budget
from stream_processor.change import Batch, Change
from stream_processor.circuit_breaker import OpenBreaker
from stream_processor.deadline import Clock, Deadline
from stream_processor.decode import decode_event
from stream_processor.delivery import Delivery
from stream_processor.delivery_state import LedgerEntry, Standing, State
from stream_processor.hearing import Tally
from stream_processor.outcome import Cause
from stream_processor.ports import NOTHING_KNOWN, Ledger, LedgerUnavailableError, Recollection
from stream_processor.putting_away import PuttingAway
from stream_processor.report import BatchReport, ConsumerReport
from stream_processor.settlement import BatchAnswer, settle

type Standings = Mapping[str, Mapping[str, Standing]]
"""Consumer name -> event id -> where that change stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamProcessor:
    """Everything that a batch meets, in order.

    Attributes:
        reserve_s: seconds kept back of an invocation's time to put away, record and settle (I8).

    """

    consumers: Sequence[str]
    ledger: Ledger
    delivery: Delivery
    putting_away: PuttingAway
    clock: Clock
    reserve_s: float

    def process(self, event: object, deadline: Deadline) -> tuple[BatchAnswer, BatchReport]:
        """Deliver a batch; return the answer for Lambda and the report for people.

        Args:
            event: as Lambda hands it over.
            deadline: the end of the invocation.

        Raises:
            ConfigurationError: the event is no batch of a DynamoDB stream.

        """
        faults: list[Cause] = []
        budget = Budget.of(deadline, self.reserve_s)

        batch = decode_event(event)
        recollection = self._recall(batch.changes, budget.recall, faults)
        known = self._known(recollection)
        work = {name: _not_in(known[name], batch.changes) for name in self.consumers}
        tallies = self.delivery.deliver(work, recollection.open_breakers, budget.delivery, faults)
        lost = self.putting_away.put_away_bad_records(batch.bad_records, budget.putting_away)
        reached = {
            name: self.putting_away.put_away(name, work[name], tally, budget.putting_away)
            for name, tally in tallies.items()
        }
        self._record(batch.changes, known, reached, budget.recording, faults)
        unsettled = [
            change.sequence_number_text for name in self.consumers for change in _not_in(reached[name], work[name])
        ]
        answer = settle([*unsettled, *(bad.sequence_number_text for bad in lost)])
        report = BatchReport(
            received=_received(batch),
            repeated=batch.repeated,
            bad_records=tuple(bad.reason for bad in batch.bad_records),
            consumers={
                name: _consumer_report(tally, known[name], reached[name], recollection.open_breakers.get(name))
                for name, tally in tallies.items()
            },
            ledger_faults=tuple(faults),
            slack_s=deadline.remaining_s(),
        )
        return answer, report

    def _recall(self, changes: Sequence[Change], deadline: Deadline, faults: list[Cause]) -> Recollection:
        if not changes:
            return NOTHING_KNOWN
        event_ids = [change.event_id for change in changes]
        try:
            return self.ledger.recall(event_ids, self.consumers, deadline)
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))
            return NOTHING_KNOWN

    def _known(self, recollection: Recollection) -> Standings:
        return {
            name: {
                event_id: entry.standings[name]
                for event_id, entry in recollection.entries.items()
                if name in entry.standings
            }
            for name in self.consumers
        }

    def _record(
        self,
        changes: Sequence[Change],
        known: Standings,
        reached: Standings,
        deadline: Deadline,
        faults: list[Cause],
    ) -> None:
        """Write the entries of the changes that moved; one that stands as it stood costs nothing."""
        standings: dict[str, dict[str, Standing]] = {event_id: {} for event_id in set[str]().union(*reached.values())}
        for name in self.consumers:
            for event_id, standing in {**known[name], **reached[name]}.items():
                if event_id in standings:
                    standings[event_id][name] = standing
        entries = [
            LedgerEntry(event_id=change.event_id, document_id=change.document_id, standings=standings[change.event_id])
            for change in changes
            if change.event_id in standings
        ]
        if not entries:
            return
        try:
            self.ledger.record(entries, deadline)
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))


def _not_in(standings: Mapping[str, Standing], changes: Sequence[Change]) -> Sequence[Change]:
    """Return those of `changes` that have no standing yet."""
    return changes if not standings else [change for change in changes if change.event_id not in standings]


def _received(batch: Batch) -> int:
    return len(batch.changes) + len(batch.bad_records) + batch.repeated


def _consumer_report(
    tally: Tally, known: Mapping[str, Standing], reached: Mapping[str, Standing], breaker: OpenBreaker | None
) -> ConsumerReport:
    not_delivered = [reached[event_id].state for event_id in tally.not_delivered() if event_id in reached]
    delivered = {State.DELIVERED: count} if (count := len(reached) - len(not_delivered)) else {}
    return ConsumerReport(
        known=len(known),
        settled={**delivered, **Counter(not_delivered)},
        unsettled=len(tally.outcomes) - len(reached),
        causes=Counter(failure.cause for failure in tally.failures().values()),
        breaker=breaker,
        took_s=tally.took_s,
    )
