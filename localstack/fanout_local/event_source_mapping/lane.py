"""One lane of a shard: batches one after the other, each tried until it is done or given up. Pure.

All records of one item are in one lane, so their order is the lane's.
"""

from collections import deque
from dataclasses import dataclass, replace

from fanout_local.event_source_mapping.answer import Failed, Took, judge
from fanout_local.event_source_mapping.back_off import BackOff
from fanout_local.event_source_mapping.batching import Batching
from fanout_local.event_source_mapping.choices import FUNCTION_FAILED, MOST_AGE_MS, OK
from fanout_local.event_source_mapping.commands import Invoke, Measured, Metric
from fanout_local.event_source_mapping.delivering import Delivering
from fanout_local.event_source_mapping.event import event_of
from fanout_local.event_source_mapping.giving_up import exhausted, expired
from fanout_local.event_source_mapping.happenings import (
    DestinationRefused,
    DestinationTook,
    Invoked,
    InvokeFailed,
)
from fanout_local.event_source_mapping.outbox import Outbox
from fanout_local.event_source_mapping.part import GiveUp, Part, Retry, Split, after_failure, before_change, too_old
from fanout_local.event_source_mapping.progress import Progress
from fanout_local.event_source_mapping.record import Record
from fanout_local.event_source_mapping.settings import MappingSettings
from fanout_local.event_source_mapping.windows import Windows


@dataclass(slots=True, kw_only=True)
class LaneSurroundings:
    """What the lanes of a shard share."""

    settings: MappingSettings
    """As they are now."""
    shard_id: str
    resolution_ms: int
    """What the stream cuts creation times to."""
    outbox: Outbox
    progress: Progress


class Lane:
    """At most one invocation, or one delivery to the destination, at a time."""

    def __init__(self, number: int, shared: LaneSurroundings, windows: Windows | None) -> None:
        """Hold no records."""
        self._number = number
        self._shared = shared
        self._windows = windows
        self._batching = Batching(windows)
        self._parts: deque[Part] = deque()
        self._invocation: int | None = None
        self._back_off = BackOff()
        self._delivering = Delivering(shared.outbox)

    @property
    def busy(self) -> bool:
        """An invocation or a delivery is unanswered."""
        return self._invocation is not None or self._delivering.under_way

    @property
    def failures(self) -> int:
        """How many attempts of the batch at hand failed."""
        return self._parts[0].failures if self._parts else 0

    def add(self, record: Record) -> None:
        """Take in a record, younger than all before."""
        self._batching.add(record)

    def drain(self) -> list[Record]:
        """Return all records, whatever was to become of them; the lane must not be busy."""
        records = [record for part in (*self._delivering.drain(), *self._parts) for record in part.records]
        self._parts.clear()
        return records + self._batching.drain()

    def advance(self, now_ms: int, *, flush: bool, at_end: bool) -> None:
        """Command what can be done now; nothing while an answer is awaited or a back-off lasts.

        Args:
            now_ms: the time.
            flush: nothing more is read for now, so that waiting for more makes no sense.
            at_end: nothing more will ever come.

        """
        settings = self._shared.settings
        while not self.busy:
            if self._delivering.waits:
                self._done(self._delivering.advance(settings, now_ms))
                if self._delivering.waits:
                    return
            if not self._parts:
                part = self._batching.next_part(settings, now_ms, flush=flush, at_end=at_end)
                if part is None:
                    return
                self._parts.append(part)
            if now_ms < self._back_off.not_before_ms:
                return
            if not self._give_up_old(now_ms):
                self._invoke(now_ms)

    def wake_ms(self) -> int | None:
        """Return the time at which `advance` has something to do though nothing happened; None: never."""
        if self.busy:
            return None
        if self._delivering.waits:
            return self._delivering.not_before_ms
        if self._parts:
            return self._back_off.not_before_ms
        return self._batching.wake_ms(self._shared.settings)

    def invoked(self, answer: Invoked, now_ms: int) -> bool:
        """Take in the function's answer; tell whether it was this lane's."""
        if answer.invocation != self._invocation:
            return False
        self._invocation = None
        part = self._parts.popleft()
        settings, outbox = self._shared.settings, self._shared.outbox
        verdict = judge(
            answer,
            [record.sequence_number for record in part.records],
            report=settings.report_batch_item_failures and not part.closes_window,
            windowed=self._windows is not None and not part.closes_window,
        )
        match verdict:
            case Took():
                self._took(part, verdict)
            case Failed(function_error=function_error):
                outbox.measure(Metric.FAILED_INVOKE, len(part.records))
                outbox.result(FUNCTION_FAILED)
                self._failed(part, replace(answer, function_error=function_error), now_ms)
        return True

    def invoke_failed(self, failure: InvokeFailed, now_ms: int) -> bool:
        """Take in that the function did not run; tell whether it was this lane's invocation."""
        if failure.invocation != self._invocation:
            return False
        self._invocation = None
        self._shared.outbox.measure(Metric.FAILED_INVOKE, len(self._parts[0].records))
        self._shared.outbox.result(f"PROBLEM: {failure.cause or failure.kind.value}")
        self._back_off.failed(now_ms)
        return True

    def destination_took(self, answer: DestinationTook) -> bool:
        """Take in that the failure record is durable; tell whether it was this lane's."""
        if not self._delivering.awaits(answer.delivery):
            return False
        part = self._delivering.took()
        self._shared.outbox.measure(Metric.SENT_TO_DESTINATION, len(part.records))
        self._done(part)
        return True

    def destination_refused(self, answer: DestinationRefused, now_ms: int) -> bool:
        """Take in that the failure record is not durable; tell whether it was this lane's."""
        if not self._delivering.awaits(answer.delivery):
            return False
        self._delivering.refused(now_ms)
        self._shared.outbox.result(f"PROBLEM: The on-failure destination refused a record. {answer.cause}".rstrip())
        return True

    def _done(self, part: Part | None) -> None:
        if part is not None:
            self._shared.progress.done(part.records)

    def _invoke(self, now_ms: int) -> None:
        part, shared = self._parts[0], self._shared
        window = self._windows.fields(final=part.closes_window, early=part.early) if self._windows is not None else None
        self._invocation = shared.outbox.number()
        shared.outbox.put(
            Invoke(
                invocation=self._invocation,
                lane=self._number,
                payload=event_of(part.records, window),
                batch_size=len(part.records),
                attempt=part.failures + 1,
            )
        )
        if part.records:
            shared.outbox.measure(Metric.INVOKED, len(part.records))
            age_ms = max(0, now_ms - part.records[-1].created_ms)
            shared.outbox.put(Measured(metric=Metric.ITERATOR_AGE, value=age_ms))

    def _took(self, part: Part, took: Took) -> None:
        self._back_off.succeeded()
        rest = part.records[took.count :]
        if rest:
            self._parts.appendleft(Part(records=rest))
            self._shared.outbox.measure(Metric.FAILED_INVOKE, len(rest))
        self._shared.outbox.result(FUNCTION_FAILED if rest else OK)
        self._shared.progress.done(part.records[: took.count])
        if self._windows is None:
            return
        if part.closes_window:
            self._windows.closed(early=part.early)
        elif took.state is not None and not self._windows.took(took.state):
            self._parts.appendleft(Part(records=(), early=True))

    def _failed(self, part: Part, answer: Invoked, now_ms: int) -> None:
        settings = self._shared.settings
        match after_failure(part, settings):
            case Retry(part=again):
                self._parts.appendleft(again)
                self._back_off.failed(now_ms)
            case Split(first=first, second=second):
                self._parts.extendleft((second, first))
            case GiveUp(part=given_up):
                self._back_off.succeeded()
                self._delivering.put(
                    given_up, exhausted(given_up, answer, settings, self._shared.shard_id, now_ms), counted=True
                )

    def _give_up_old(self, now_ms: int) -> bool:
        """Give up what is too old of the part at hand, and leave what is not in a part of its own; tell if any was."""
        part, settings = self._parts[0], self._shared.settings
        if part.closes_window:
            return False
        most_age_ms = min(settings.maximum_record_age_ms or MOST_AGE_MS, MOST_AGE_MS)
        old = [
            too_old(record, now_ms, most_age_ms=most_age_ms, resolution_ms=self._shared.resolution_ms)
            for record in part.records
        ]
        count = before_change(old)
        if count < len(old):
            head, tail = part.records[:count], part.records[count:]
            self._parts[0] = replace(part, records=tail)
            part = replace(part, records=head)
            self._parts.appendleft(part)
        if not old[0]:
            return False
        self._parts.popleft()
        counted = settings.maximum_record_age_ms is not None and settings.maximum_record_age_ms <= MOST_AGE_MS
        self._delivering.put(part, expired(part, settings, self._shared.shard_id, now_ms), counted=counted)
        return True
