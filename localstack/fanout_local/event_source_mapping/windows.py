"""Tumbling windows: their bounds and the state that the function hands from one invocation to the next. Pure."""

from fanout_local.event_source_mapping.choices import MOST_STATE_BYTES, WINDOW_GRACE_MS
from fanout_local.event_source_mapping.event import WindowFields
from fanout_local.event_source_mapping.record import Record

EMPTY_STATE = b"{}"


class Windows:
    """The windows of one shard, of which at most one is open."""

    def __init__(self, *, size_ms: int, shard_id: str, stream_arn: str) -> None:
        """No window is open."""
        self._size_ms = size_ms
        self._shard_id = shard_id
        self._stream_arn = stream_arn
        self._start_ms: int | None = None
        self._state = EMPTY_STATE

    @property
    def open(self) -> bool:
        """A window has begun, and its last invocation is still to come."""
        return self._start_ms is not None

    def begin(self, record: Record) -> None:
        """Open the window of the record, with an empty state."""
        self._start_ms = record.created_ms - record.created_ms % self._size_ms
        self._state = EMPTY_STATE

    def holds(self, record: Record) -> bool:
        """Tell whether the record belongs to the open window: one that comes late does."""
        return self._start_ms is not None and record.created_ms < self._start_ms + self._size_ms

    def closes_by_itself_ms(self) -> int | None:
        """Return the time at which the window ends when no record of a later one comes; None: none is open."""
        return None if self._start_ms is None else self._start_ms + self._size_ms + WINDOW_GRACE_MS

    def fields(self, *, final: bool = False, early: bool = False) -> WindowFields:
        """Return what the event says of the open window."""
        start_ms = self._start_ms or 0
        return WindowFields(
            start_ms=start_ms,
            end_ms=start_ms + self._size_ms,
            state=self._state,
            shard_id=self._shard_id,
            stream_arn=self._stream_arn,
            final=final,
            early=early,
        )

    def took(self, state: bytes) -> bool:
        """Keep the answer's state; tell whether it is within its limit: over it the window ends early."""
        self._state = state
        return len(state) <= MOST_STATE_BYTES

    def closed(self, *, early: bool) -> None:
        """Note that the last invocation succeeded. One ended early goes on, with an empty state."""
        self._state = EMPTY_STATE
        if not early:
            self._start_ms = None
