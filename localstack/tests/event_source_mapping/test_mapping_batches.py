"""When a batch is sent, and what is in it."""

import pytest
from mapping_world import START_MS, World, settings

from fanout_local.event_source_mapping.choices import MOST_PAYLOAD_BYTES


def test_without_a_window_a_batch_is_sent_as_soon_as_there_is_a_record() -> None:
    """A single record does not wait for others."""
    world = World(settings(batch_size=100))
    world.write(1)
    world.run()
    assert world.batches == [[1]]
    assert world.times_ms[0] <= 1


def test_a_batch_is_sent_when_it_is_full() -> None:
    """BatchSize cuts what was read, in order."""
    world = World(settings(batch_size=40, batching_window_ms=10_000))
    world.write(*range(1, 101))
    world.run(5_000)
    assert world.batches == [list(range(1, 41)), list(range(41, 81))]


def test_a_batch_that_does_not_fill_is_sent_when_its_window_ends() -> None:
    """The window runs from the reading of the batch's first record."""
    world = World(settings(batch_size=100, batching_window_ms=10_000))
    world.write(1)
    world.write(2, at_ms=4_000)
    world.write(3, at_ms=10_500)
    world.run(30_000)
    assert world.batches == [[1, 2], [3]]
    assert world.times_ms[0] == pytest.approx(10_000, abs=10)


def test_a_window_goes_on_during_the_invocation_before() -> None:
    """What waited while the function ran does not wait anew."""
    world = World(settings(batch_size=2, batching_window_ms=10_000), duration_ms=9_000)
    world.write(1, 2, 3)
    world.run(30_000)
    assert world.batches == [[1, 2], [3]]
    assert world.times_ms[1] == pytest.approx(10_000, abs=10)


def test_a_payload_is_cut_at_6_mb() -> None:
    """A batch whose JSON would be over the limit is sent in two, in order, though it is not full."""
    world = World(settings(batch_size=100))
    world.write(*range(1, 11), text="é" * 400_000)
    world.run()
    sizes = [len(invocation.command.payload) for invocation in world.invocations]
    assert [number for batch in world.batches for number in batch] == list(range(1, 11))
    assert len(world.batches) == 2
    assert max(sizes) <= MOST_PAYLOAD_BYTES < sizes[0] + 800_200


def test_a_payload_that_reaches_6_mb_is_sent_before_the_window_ends() -> None:
    """A full payload waits for nothing."""
    world = World(settings(batch_size=100, batching_window_ms=300_000))
    world.write(*range(1, 11), text="x" * 700_000)
    world.run(1_000)
    assert world.batches == [list(range(1, 9))]


def test_the_end_of_a_shard_ends_a_window() -> None:
    """Nothing more can come, so nothing is waited for."""
    world = World(settings(batch_size=100, batching_window_ms=300_000), closes_ms=START_MS + 100)
    world.write(1, 2)
    world.run(1_000)
    assert world.batches == [[1, 2]]
    assert world.finished


def test_full_read_ahead_ends_a_window() -> None:
    """A lane that waits for its batch to fill goes on when nothing more is read for now."""
    world = World(settings(batch_size=10_000, batching_window_ms=300_000), page=20)
    world.write(*range(1, 100), text="x" * 390_000)
    world.run(20_000)
    assert sum(map(len, world.batches)) > 0


def test_invocations_are_one_after_the_other() -> None:
    """With factor 1 the next batch waits for the answer to the one before."""
    world = World(settings(batch_size=1), duration_ms=500)
    world.write(1, 2, 3)
    world.run()
    assert [b - a for a, b in zip(world.times_ms, world.times_ms[1:], strict=False)] == [500, 500]
