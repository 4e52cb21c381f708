"""The state machine of one shard of one mapping: happenings in, commands out. Pure: no I/O, no clock, no threads."""

from dataclasses import dataclass

from fanout_local.event_source_mapping.choices import (
    MOST_RECORDS_A_READ,
    MOST_UNCHECKPOINTED,
    READ_AHEAD_BATCHES,
    READ_AHEAD_BYTES,
)
from fanout_local.event_source_mapping.commands import Checkpoint, Command, Finished, Quiet, WaitUntil
from fanout_local.event_source_mapping.happenings import (
    DestinationRefused,
    DestinationTook,
    Happening,
    Invoked,
    InvokeFailed,
    ReadFailed,
    ReadFailure,
    RecordsRead,
    SettingsChanged,
    TimePassed,
)
from fanout_local.event_source_mapping.intake import Intake
from fanout_local.event_source_mapping.lane import LaneSurroundings
from fanout_local.event_source_mapping.lanes import Lanes
from fanout_local.event_source_mapping.outbox import Outbox
from fanout_local.event_source_mapping.position import After, Position, ShardEnd
from fanout_local.event_source_mapping.progress import Progress
from fanout_local.event_source_mapping.reading import Reading
from fanout_local.event_source_mapping.settings import MappingSettings

PASSING = frozenset({ReadFailure.EXPIRED_ITERATOR, ReadFailure.THROTTLED})
"""Failed reads that are part of reading: no problem of the mapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardView:
    """What a person wants to know of a shard."""

    position: Position
    """The checkpoint."""
    held_records: int
    """Read, and neither done nor given up."""
    held_bytes: int
    busy_lanes: int
    failures: int
    """Of the batch that failed most often and is still tried."""
    finished: bool


class Shard:
    """Reads a shard, invokes the function with its records, gives up what must be, and moves the checkpoint.

    How to drive it:

    - Make one when this runner has the shard's lease and its parent is at its end, with the stored checkpoint; call
      `handle(TimePassed(), now_ms)`. Carry out the commands, in their order; tell it what came of them, each answer
      in a `handle` of its own. One call at a time: it is not thread-safe.
    - At most one `Read` is unanswered, and one `Invoke` or one `SendToDestination` a lane. Each must be answered, once,
      unless the machine is dropped. An answer to what is not under way is ignored.
    - `WaitUntil` replaces the timer before it. A call that gives none leaves the timer as it is.
    - Time may stand still, and may jump; one that goes back is taken as standing still.
    - To disable, pause or hand over: `SettingsChanged` with `enabled=False`, then wait for `Quiet`; what is under way
      is finished and checkpointed first. To delete a mapping, or when the lease is lost: drop the machine and ignore
      answers that come late. What was under way is then sent again by whoever goes on from the checkpoint.
    - After `Finished` it commands nothing more.

    What it promises:

    - Every record from the position on is, in the end: filtered out, in a batch that the function took, or given up
      (attempts or age) with its failure record at the destination, if there is one.
    - The checkpoint is right before the lowest record of which none of these is true, over all lanes.
    - Records of one item (partition and sort key) go to the function in order; one that failed is not
      overtaken by a later one of its item.
    - What it holds is bounded (`choices`), whatever the stream holds.
    """

    def __init__(
        self,
        *,
        settings: MappingSettings,
        shard_id: str,
        position: Position,
        creation_time_resolution_ms: int = 1000,
    ) -> None:
        """Begin at a position; nothing is commanded before the first happening.

        Args:
            settings: as they are now; `SettingsChanged` brings later ones, of the same mapping and stream.
            shard_id: for failure records and windows.
            position: the stored checkpoint, or where `lineage` says that a new shard begins.
            creation_time_resolution_ms: what the stream cuts ApproximateCreationDateTime to: a record is only taken
                for too old when it surely is. DynamoDB cuts to the second, DynamoDB Local to the minute.

        """
        self._now_ms = 0
        self._outbox = Outbox()
        self._progress = Progress()
        self._shared = LaneSurroundings(
            settings=settings,
            shard_id=shard_id,
            resolution_ms=creation_time_resolution_ms,
            outbox=self._outbox,
            progress=self._progress,
        )
        self._lanes = Lanes(self._shared)
        self._intake = Intake(settings, self._outbox, self._progress)
        self._reading = Reading(position, resolution_ms=creation_time_resolution_ms)
        self._checkpoint = position
        self._timer_ms: int | None = None
        self._quiet = False
        self._finished = False

    def handle(self, happening: Happening, now_ms: int) -> list[Command]:
        """Take in one happening and return what must be done now."""
        self._now_ms = now_ms = max(self._now_ms, now_ms)
        if self._finished:
            return []
        self._take_in(happening, now_ms)
        self._move_checkpoint()  # before a next window begins, which holds it back
        if self._shared.settings.enabled:
            self._quiet = False
            self._advance(now_ms)
        self._move_checkpoint()
        if not self._shared.settings.enabled:
            self._say_quiet()
        elif self._at_end and not self._progress.span and not self._lanes.busy and not self._lanes.window_open:
            self._finish()
        else:
            self._wait(now_ms)
        return self._outbox.taken()

    @property
    def view(self) -> ShardView:
        """How it stands, for people."""
        return ShardView(
            position=self._checkpoint,
            held_records=self._progress.held_records,
            held_bytes=self._progress.held_bytes,
            busy_lanes=self._lanes.busy,
            failures=self._lanes.failures,
            finished=self._finished,
        )

    @property
    def _at_end(self) -> bool:
        return self._reading.at_end

    @property
    def _full(self) -> bool:
        """So much is held that nothing is read for now."""
        settings, progress = self._shared.settings, self._progress
        most_records = max(MOST_RECORDS_A_READ, READ_AHEAD_BATCHES * settings.lanes * settings.batch_size)
        return (
            progress.held_records >= most_records
            or progress.held_bytes >= READ_AHEAD_BYTES
            or progress.span >= MOST_UNCHECKPOINTED
        )

    def _take_in(self, happening: Happening, now_ms: int) -> None:
        match happening:
            case TimePassed():
                pass
            case RecordsRead():
                if self._reading.under_way:
                    self._outbox.read_problem(None)
                    for record in self._intake.take(self._reading.took(happening, now_ms), now_ms):
                        self._lanes.add(record)
            case ReadFailed():
                if self._reading.under_way:
                    self._reading.failed(happening, now_ms)
                    if happening.kind not in PASSING:
                        self._outbox.read_problem(f"PROBLEM: {happening.cause or happening.kind.value}")
            case Invoked() | InvokeFailed() | DestinationTook() | DestinationRefused():
                self._lanes.answered(happening, now_ms)
            case SettingsChanged(settings=settings):
                self._shared.settings = settings
                self._intake = Intake(settings, self._outbox, self._progress)

    def _advance(self, now_ms: int) -> None:
        """Invoke what is ready, then read on."""
        self._lanes.advance(now_ms, flush=self._full, at_end=self._at_end)
        if not (self._at_end or self._reading.under_way or self._full) and now_ms >= self._reading.not_before_ms:
            self._outbox.put(self._reading.read(now_ms))

    def _move_checkpoint(self) -> None:
        number = self._progress.lowest_done
        if number is None or self._lanes.window_open or self._checkpoint == After(sequence_number=number):
            return
        self._checkpoint = After(sequence_number=number)
        self._outbox.put(Checkpoint(position=self._checkpoint))

    def _say_quiet(self) -> None:
        if not (self._quiet or self._reading.under_way or self._lanes.busy):
            self._quiet = True
            self._outbox.put(Quiet())

    def _finish(self) -> None:
        self._finished = True
        self._checkpoint = ShardEnd()
        self._outbox.put(Checkpoint(position=self._checkpoint))
        self._outbox.put(Finished())

    def _wait(self, now_ms: int) -> None:
        """Set the timer to the next time at which something is to be done though nothing happens."""
        if self._timer_ms is not None and self._timer_ms <= now_ms:
            self._timer_ms = None
        reads = not (self._at_end or self._reading.under_way or self._full)
        times = [self._reading.not_before_ms if reads else None, self._lanes.wake_ms()]
        at_ms = min((max(time, now_ms + 1) for time in times if time is not None), default=None)
        if at_ms is not None and at_ms != self._timer_ms:
            self._timer_ms = at_ms
            self._outbox.put(WaitUntil(at_ms=at_ms))
