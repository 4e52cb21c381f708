"""Which shards may be read, and from where."""

from mapping_world import START_MS, after

from fanout_local.event_source_mapping.lineage import ShardDescription, beginnings, forgettable, readable
from fanout_local.event_source_mapping.position import Latest, Position, ShardEnd, TrimHorizon
from fanout_local.event_source_mapping.settings import StartingPosition

GRANDPARENT = ShardDescription(shard_id="a", parent_id="trimmed", closed=True)
PARENT = ShardDescription(shard_id="b", parent_id="a", closed=True)
LEFT = ShardDescription(shard_id="c", parent_id="b")
RIGHT = ShardDescription(shard_id="d", parent_id="b")
MERGED = ShardDescription(shard_id="e", parent_id="c", second_parent_id="d")
TREE = [GRANDPARENT, PARENT, LEFT, RIGHT]


def test_trim_horizon_begins_with_every_shard() -> None:
    """From the oldest on, in lineage order."""
    positions = beginnings(TREE, {}, StartingPosition.TRIM_HORIZON, START_MS)
    assert positions == dict.fromkeys("abcd", TrimHorizon())
    assert readable(TREE, positions) == ["a"]


def test_latest_begins_with_the_shards_without_children() -> None:
    """Those before them are done: what is in them is older than the mapping."""
    positions = beginnings(TREE, {}, StartingPosition.LATEST, START_MS)
    latest = Latest(since_ms=START_MS)
    assert positions == {"a": ShardEnd(), "b": ShardEnd(), "c": latest, "d": latest}
    assert readable(TREE, positions) == ["c", "d"]


def test_a_shard_that_appears_later_begins_at_its_oldest_record() -> None:
    """With LATEST too: it is a child, and what is in it is newer than the mapping."""
    known: dict[str, Position] = {"c": after(1), "d": after(2)}
    assert beginnings([LEFT, RIGHT, MERGED], known, StartingPosition.LATEST, START_MS) == {"e": TrimHorizon()}


def test_a_child_waits_for_its_parent_to_be_done() -> None:
    """Read to its end is not enough: the last checkpoint must be the shard's end."""
    positions: dict[str, Position] = {"a": ShardEnd(), "b": after(9), "c": TrimHorizon(), "d": TrimHorizon()}
    assert readable(TREE, positions) == ["b"]
    assert readable(TREE, positions | {"b": ShardEnd()}) == ["c", "d"]


def test_a_merged_shard_waits_for_both_parents() -> None:
    """One of them is not enough."""
    shards = [LEFT, RIGHT, MERGED]
    positions: dict[str, Position] = {"c": ShardEnd(), "d": after(1), "e": TrimHorizon()}
    assert readable(shards, positions) == ["d"]
    assert readable(shards, positions | {"d": ShardEnd()}) == ["e"]


def test_a_parent_that_was_trimmed_holds_up_nobody() -> None:
    """What it held is gone from the stream."""
    assert readable([LEFT], {"b": after(1), "c": TrimHorizon()}) == ["c"]


def test_a_shard_without_a_stored_position_is_not_read() -> None:
    """Its beginning is stored first, or a crash would begin it elsewhere."""
    assert readable([GRANDPARENT], {}) == []


def test_what_the_stream_no_longer_lists_can_be_forgotten() -> None:
    """The table does not grow for ever."""
    assert forgettable([LEFT, RIGHT], {"a": ShardEnd(), "b": after(1), "c": after(2)}) == ["a", "b"]
