"""The state machine of one shard of one mapping: happenings in, commands out. Pure: no I/O, no clock, no threads."""

from fanout_local.event_source_mapping.commands import Command
from fanout_local.event_source_mapping.happenings import Happening
from fanout_local.event_source_mapping.position import Position
from fanout_local.event_source_mapping.settings import MappingSettings


class Shard:
    """Reads a shard, invokes the function with its records, gives up what must be, and moves the checkpoint.

    How to drive it:

    - Make one when this runner has the shard's lease and its parent is at its end, with the stored checkpoint; call
      `handle(TimePassed(), now_ms)`. Carry out the commands, in their order; tell it what came of them, each answer
      in a `handle` of its own. One call at a time: it is not thread-safe.
    - At most one `Read` is unanswered, at most one `Invoke` a lane, and one `SendToDestination` a lane. Each must be
      answered, once, unless the machine is dropped. An answer to what is not under way is ignored.
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
        raise NotImplementedError

    def handle(self, happening: Happening, now_ms: int) -> list[Command]:
        """Take in one happening and return what must be done now."""
        raise NotImplementedError

    @property
    def buffered_records(self) -> int:
        """How many records are held: read, and neither done nor given up."""
        raise NotImplementedError

    @property
    def state(self) -> object:
        """For people: what `fanout-local mappings` shows of it."""
        raise NotImplementedError
