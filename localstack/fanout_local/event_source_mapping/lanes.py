"""All lanes of a shard: a record's lane, whose an answer is, and other lanes when the settings change. Pure."""

from fanout_local.event_source_mapping.happenings import DestinationRefused, DestinationTook, Invoked, InvokeFailed
from fanout_local.event_source_mapping.lane import Lane, LaneSurroundings
from fanout_local.event_source_mapping.record import Record
from fanout_local.event_source_mapping.windows import Windows


class Lanes:
    """As many lanes as the settings say. An item is always in one, until the number changes."""

    def __init__(self, shared: LaneSurroundings) -> None:
        """Hold no records."""
        self._shared = shared
        self._make()

    @property
    def busy(self) -> int:
        """How many lanes await an answer."""
        return sum(lane.busy for lane in self._lanes)

    @property
    def failures(self) -> int:
        """Of the batch at hand that failed most often."""
        return max(lane.failures for lane in self._lanes)

    @property
    def window_open(self) -> bool:
        """A tumbling window has begun, and its last invocation is still to come."""
        return self._windows is not None and self._windows.open

    def add(self, record: Record) -> None:
        """Take in a record, younger than all before."""
        self._lanes[record.item % len(self._lanes)].add(record)

    def answered(self, answer: Invoked | InvokeFailed | DestinationTook | DestinationRefused, now_ms: int) -> None:
        """Take in an answer; one that no lane awaits is ignored."""
        for lane in self._lanes:
            match answer:
                case Invoked():
                    lane.invoked(answer, now_ms)
                case InvokeFailed():
                    lane.invoke_failed(answer, now_ms)
                case DestinationTook():
                    lane.destination_took(answer)
                case DestinationRefused():
                    lane.destination_refused(answer, now_ms)

    def advance(self, now_ms: int, *, flush: bool, at_end: bool) -> None:
        """Command what can be done now; see `Lane.advance`.

        Lanes that no longer fit the settings begin nothing new; once no answer is awaited, others take their records.
        Until then a record could overtake one of its item in another lane.
        """
        if self._shape != self._wanted_shape():
            if self.busy:
                return
            records = sorted(
                (record for lane in self._lanes for record in lane.drain()), key=lambda record: record.ordinal
            )
            self._make()
            for record in records:
                self.add(record)
        for lane in self._lanes:
            lane.advance(now_ms, flush=flush, at_end=at_end)

    def wake_ms(self) -> int | None:
        """Return the time at which `advance` has something to do though nothing happened; None: never."""
        if self._shape != self._wanted_shape():
            return None
        return min((time for lane in self._lanes if (time := lane.wake_ms()) is not None), default=None)

    def _wanted_shape(self) -> tuple[int, int]:
        return self._shared.settings.lanes, self._shared.settings.tumbling_window_ms

    def _make(self) -> None:
        self._shape = count, window_ms = self._wanted_shape()
        stream_arn = self._shared.settings.stream_arn
        self._windows = (
            Windows(size_ms=window_ms, shard_id=self._shared.shard_id, stream_arn=stream_arn) if window_ms else None
        )
        self._lanes = [Lane(number, self._shared, self._windows) for number in range(count)]
