"""Which shards of a stream may be read, and from where: parents to their end before their children. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fanout_local.event_source_mapping.position import Latest, Position, ShardEnd, TrimHorizon
from fanout_local.event_source_mapping.settings import StartingPosition


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardDescription:
    """A shard as DescribeStream tells of it."""

    shard_id: str
    parent_id: str | None = None
    """None: it has none. A parent that is not listed any more was trimmed."""
    second_parent_id: str | None = None
    """The other one of a merge. DynamoDB Streams tells none; Kinesis' form is taken so that merges can be tried."""
    closed: bool = False
    """It has an EndingSequenceNumber."""


def beginnings(
    shards: Sequence[ShardDescription],
    positions: Mapping[str, Position],
    starting_position: StartingPosition,
    now_ms: int,
) -> dict[str, Position]:
    """Return the position of every shard that has none yet, to be stored before anything of the stream is read.

    The first time (no position is stored at all) StartingPosition decides: with LATEST the shards without children
    begin at the latest record and those before them are done. Later a new shard begins at the trim horizon in either
    case: it is a child, and what is in it is newer than the mapping.

    Args:
        shards: all of DescribeStream's pages.
        positions: what is stored, by shard.
        starting_position: the mapping's.
        now_ms: when the mapping begins to read.

    """
    new = [shard.shard_id for shard in shards if shard.shard_id not in positions]
    if positions or starting_position is StartingPosition.TRIM_HORIZON:
        return dict.fromkeys(new, TrimHorizon())
    parents = {parent for shard in shards for parent in _parents(shard)}
    return {shard_id: ShardEnd() if shard_id in parents else Latest(since_ms=now_ms) for shard_id in new}


def readable(shards: Sequence[ShardDescription], positions: Mapping[str, Position]) -> list[str]:
    """Return the shards that may be read now: stored, not at their end, their listed parents at theirs."""
    listed = {shard.shard_id for shard in shards}
    return [
        shard.shard_id
        for shard in shards
        if not isinstance(positions.get(shard.shard_id, ShardEnd()), ShardEnd)
        and all(isinstance(positions.get(parent), ShardEnd) for parent in _parents(shard) if parent in listed)
    ]


def forgettable(shards: Sequence[ShardDescription], positions: Mapping[str, Position]) -> list[str]:
    """Return the stored shards that the stream no longer lists: trimmed, so nothing of them can come again.

    Those not at their end are among them: what they still held is lost, and no reader can bring it back.
    """
    listed = {shard.shard_id for shard in shards}
    return [shard_id for shard_id in positions if shard_id not in listed]


def _parents(shard: ShardDescription) -> tuple[str, ...]:
    return tuple(parent for parent in (shard.parent_id, shard.second_parent_id) if parent is not None)
