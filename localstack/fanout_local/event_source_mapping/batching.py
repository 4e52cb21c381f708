"""Records that wait for a batch, and the batch made of them. Pure.

A batch is sent when it is full, when its window ends, or when its payload reaches the limit; with no window as soon as
there is a record (AWS Lambda Developer Guide, "Batching behavior").
"""

from collections import deque
from itertools import islice, takewhile

from fanout_local.event_source_mapping.choices import MOST_PAYLOAD_BYTES
from fanout_local.event_source_mapping.event import how_many_fit
from fanout_local.event_source_mapping.part import Part
from fanout_local.event_source_mapping.record import Record
from fanout_local.event_source_mapping.settings import MappingSettings
from fanout_local.event_source_mapping.windows import Windows


class Batching:
    """The records of one lane that are in no batch yet, oldest first."""

    def __init__(self, windows: Windows | None) -> None:
        """Hold none.

        Args:
            windows: a batch holds records of one tumbling window; None: there are no windows.

        """
        self._windows = windows
        self._waiting: deque[Record] = deque()
        self._bytes = 0

    def add(self, record: Record) -> None:
        """Take in a record, younger than all before."""
        self._waiting.append(record)
        self._bytes += len(record.encoded)

    def drain(self) -> list[Record]:
        """Return all records and hold none."""
        records = list(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        return records

    def next_part(self, settings: MappingSettings, now_ms: int, *, flush: bool, at_end: bool) -> Part | None:
        """Return the next batch, or None when it is not time yet.

        Args:
            settings: as they are now.
            now_ms: the time.
            flush: nothing more is read for now, so that waiting for more makes no sense.
            at_end: nothing more will ever come.

        """
        windows = self._windows
        if windows is not None and self._window_ends(windows, now_ms, at_end=at_end):
            return Part(records=())
        if not self._waiting:
            return None
        if windows is not None and not windows.open:
            windows.begin(self._waiting[0])
        if not (flush or at_end or self._full(settings) or now_ms >= self.batching_ends_ms(settings)):
            return None
        return self._cut(settings)

    def batching_ends_ms(self, settings: MappingSettings) -> int:
        """Return the time at which the oldest record has waited for the batching window; one must be there."""
        return self._waiting[0].read_ms + settings.batching_window_ms

    def wake_ms(self, settings: MappingSettings) -> int | None:
        """Return the time at which `next_part` has something though no record came; None: never."""
        times = [self.batching_ends_ms(settings)] if self._waiting else []
        closes_ms = self._windows.closes_by_itself_ms() if self._windows is not None and not self._waiting else None
        return min([*times, *([closes_ms] if closes_ms is not None else [])], default=None)

    def _window_ends(self, windows: Windows, now_ms: int, *, at_end: bool) -> bool:
        """Tell whether the open window gets its last invocation: by a later record, by time, or at the shard's end."""
        closes_ms = windows.closes_by_itself_ms()
        if closes_ms is None:
            return False
        if self._waiting:
            return not windows.holds(self._waiting[0])
        return at_end or now_ms >= closes_ms

    def _full(self, settings: MappingSettings) -> bool:
        """Tell whether nothing that comes would be added to the batch."""
        if len(self._waiting) >= settings.batch_size or self._bytes >= MOST_PAYLOAD_BYTES:
            return True
        return self._windows is not None and not self._windows.holds(self._waiting[-1])

    def _cut(self, settings: MappingSettings) -> Part:
        candidates = islice(self._waiting, settings.batch_size)
        windows = self._windows
        if windows is None:
            count = how_many_fit(candidates)
        else:
            count = how_many_fit(takewhile(windows.holds, candidates), windows.fields())
        records = tuple(self._waiting.popleft() for _ in range(count))
        self._bytes -= sum(len(record.encoded) for record in records)
        return Part(records=records)
