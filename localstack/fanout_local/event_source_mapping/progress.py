"""What has been read and what of it is done: the checkpoint is right before the lowest record not yet done. Pure."""

from collections import deque
from collections.abc import Iterable

from fanout_local.event_source_mapping.record import Record


class Progress:
    """Keeps the sequence numbers from the checkpoint to the reading place, whatever the order they get done in."""

    def __init__(self) -> None:
        """Nothing has been read."""
        self._numbers: deque[str] = deque()
        self._first = 0
        self._done: set[int] = set()
        self.held_records = 0
        """Read, and not done."""
        self.held_bytes = 0
        """Of them as JSON."""
        self.lowest_done: str | None = None
        """All up to this sequence number is done; None: nothing is."""

    @property
    def span(self) -> int:
        """How many records lie between the checkpoint and the reading place."""
        return len(self._numbers)

    @property
    def next_ordinal(self) -> int:
        """The place of the next record that is read."""
        return self._first + len(self._numbers)

    def held(self, record: Record) -> None:
        """Take in a record that goes to the function; its ordinal is `next_ordinal`."""
        self._numbers.append(record.sequence_number)
        self.held_records += 1
        self.held_bytes += len(record.encoded)

    def passed_over(self, sequence_number: str) -> None:
        """Take in a record that was filtered out: done at once."""
        self._mark(self.next_ordinal, append=sequence_number)

    def done(self, records: Iterable[Record]) -> None:
        """Note that records were taken by the function, or given up."""
        for record in records:
            self.held_records -= 1
            self.held_bytes -= len(record.encoded)
            self._mark(record.ordinal)

    def _mark(self, ordinal: int, append: str | None = None) -> None:
        if append is not None:
            self._numbers.append(append)
        self._done.add(ordinal)
        while self._first in self._done:
            self._done.remove(self._first)
            self._first += 1
            self.lowest_done = self._numbers.popleft()
