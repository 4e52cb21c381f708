"""Where a shard is read, and when. Pure."""

from collections.abc import Mapping

from fanout_local.event_source_mapping.back_off import BackOff
from fanout_local.event_source_mapping.choices import FRESH_MS, IDLE_POLL_MS, MOST_RECORDS_A_READ
from fanout_local.event_source_mapping.commands import Read
from fanout_local.event_source_mapping.happenings import ReadFailed, ReadFailure, RecordsRead
from fanout_local.event_source_mapping.position import After, Latest, Position, ShardEnd, TrimHorizon
from fanout_local.event_source_mapping.record import created_ms_of, sequence_number_of


class Reading:
    """At most one read at a time; each begins right after the last record of the one before."""

    def __init__(self, position: Position, *, resolution_ms: int) -> None:
        """Read nothing yet.

        Args:
            position: where to begin.
            resolution_ms: what the stream cuts creation times to.

        """
        self._position = position
        self._resolution_ms = resolution_ms
        self._since_ms: int | None = None
        self._last = int(position.sequence_number) if isinstance(position, After) else -1
        self._poll_ms = 0
        self._back_off = BackOff()
        self._begun = False
        self.under_way = False
        self.at_end = isinstance(position, ShardEnd)
        """Nothing more will ever come."""

    @property
    def not_before_ms(self) -> int:
        """When the next read may be."""
        return max(self._poll_ms, self._back_off.not_before_ms)

    def read(self, now_ms: int) -> Read:
        """Return the next read, which is under way from now on."""
        if isinstance(self._position, Latest) and not self._begun and now_ms - self._position.since_ms > FRESH_MS:
            self._from_trim_horizon()
        self.under_way = self._begun = True
        return Read(position=self._position, limit=MOST_RECORDS_A_READ)

    def took(self, answer: RecordsRead, now_ms: int) -> list[Mapping[str, object]]:
        """Take in what came; return what of it is new and the mapping's, oldest first."""
        self.under_way = False
        self.at_end = answer.at_end
        self._back_off.succeeded()
        self._poll_ms = 0 if answer.records else now_ms + IDLE_POLL_MS
        new: list[Mapping[str, object]] = []
        last: Mapping[str, object] | None = None
        for raw in answer.records:
            number = int(sequence_number_of(raw))
            if number > self._last:
                self._last = number
                if self._wanted(raw):
                    new.append(raw)
                last = raw
        if last is not None:
            self._position = After(sequence_number=sequence_number_of(last))
        return new

    def failed(self, failure: ReadFailed, now_ms: int) -> None:
        """Take in that nothing came; the next read is from the same place, or from the nearest that still is there."""
        self.under_way = False
        match failure.kind:
            case ReadFailure.EXPIRED_ITERATOR:
                if isinstance(self._position, Latest):
                    self._from_trim_horizon()
            case ReadFailure.TRIMMED:
                self._position = TrimHorizon()
                self._back_off.failed(now_ms)
            case _:
                self._back_off.failed(now_ms)

    def _from_trim_horizon(self) -> None:
        """Read from the oldest record on, without what was there before the mapping."""
        if isinstance(self._position, Latest):
            self._since_ms = self._position.since_ms
            self._position = TrimHorizon()

    def _wanted(self, raw: Mapping[str, object]) -> bool:
        if self._since_ms is None:
            return True
        if created_ms_of(raw, otherwise_ms=self._since_ms) + self._resolution_ms - 1 < self._since_ms:
            return False
        self._since_ms = None
        return True
