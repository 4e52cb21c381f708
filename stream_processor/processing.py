"""The way of a batch: decode, recall, fan out, put away, record, settle."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stream_processor.change import Batch, Change
from stream_processor.deadline import Clock, Deadline
from stream_processor.decode import decode_event
from stream_processor.delivery_state import LedgerEntry, Standing
from stream_processor.fan_out import FanOut, Tally
from stream_processor.outcome import Cause, Rejected, Retry
from stream_processor.ports import Ledger, LedgerUnavailableError
from stream_processor.putting_away import PuttingAway
from stream_processor.report import BatchReport, ConsumerReport
from stream_processor.settlement import BatchAnswer, settle

PUT_AWAY_SHARE = 0.75
"""The part of the reserve that putting away may use; the rest is for the ledger and the answer."""

type Standings = Mapping[str, Mapping[str, Standing]]
"""Consumer name -> event id -> where that change stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamProcessor:
    """Everything that a batch meets, in order.

    Attributes:
        reserve_s: seconds kept back of an invocation's time to put away, record and settle (I8).

    """

    ledger: Ledger
    fan_out: FanOut
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
        delivery_ends = deadline.less(self.reserve_s)
        put_away_ends = deadline.less(self.reserve_s * (1 - PUT_AWAY_SHARE))

        batch = decode_event(event)
        known = self._recall(batch.changes, delivery_ends, faults)
        work = {
            name: [change for change in batch.changes if change.event_id not in known[name]]
            for name in self.fan_out.consumers
        }
        tallies = self.fan_out.deliver(work, delivery_ends)
        lost = self.putting_away.put_away_bad_records(batch.bad_records, put_away_ends)
        reached = {
            name: self.putting_away.put_away(name, work[name], tally, put_away_ends) for name, tally in tallies.items()
        }
        self._record(batch.changes, known, reached, deadline, faults)
        unsettled = [
            change.sequence_number_text
            for name, changes in work.items()
            for change in changes
            if change.event_id not in reached[name]
        ]
        answer = settle([*unsettled, *(bad.sequence_number_text for bad in lost)])
        return answer, _report(batch, known, tallies, reached, faults, deadline)

    def _recall(self, changes: Sequence[Change], deadline: Deadline, faults: list[Cause]) -> Standings:
        entries: Mapping[str, LedgerEntry] = {}
        try:
            if changes:
                entries = self.ledger.recall([change.event_id for change in changes], deadline)
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))
        return {
            name: {event_id: entry.standings[name] for event_id, entry in entries.items() if name in entry.standings}
            for name in self.fan_out.consumers
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
        moved = {event_id for standings in reached.values() for event_id in standings}
        entries = [
            LedgerEntry(
                event_id=change.event_id,
                document_id=change.document_id,
                standings={
                    name: standing
                    for of_consumer in (known, reached)
                    for name, standings in of_consumer.items()
                    if (standing := standings.get(change.event_id))
                },
            )
            for change in changes
            if change.event_id in moved
        ]
        try:
            if entries:
                self.ledger.record(entries, deadline)
        except LedgerUnavailableError as error:
            faults.append(Cause.of(error))


def _report(
    batch: Batch,
    known: Standings,
    tallies: Mapping[str, Tally],
    reached: Standings,
    faults: Sequence[Cause],
    deadline: Deadline,
) -> BatchReport:
    consumers = {}
    for name, tally in tallies.items():
        consumers[name] = ConsumerReport(
            known=len(known[name]),
            settled=Counter(standing.state for standing in reached[name].values()),
            unsettled=len(tally.outcomes) - len(reached[name]),
            causes=Counter(
                outcome.cause for outcome in tally.outcomes.values() if isinstance(outcome, Retry | Rejected)
            ),
        )
    return BatchReport(
        received=len(batch.changes) + len(batch.bad_records) + batch.repeated,
        repeated=batch.repeated,
        bad_records=tuple(bad.reason for bad in batch.bad_records),
        consumers=consumers,
        ledger_faults=tuple(faults),
        slack_s=deadline.remaining_s(),
    )
