"""ParallelizationFactor: several batches of a shard at a time, in order per item."""

from collections import defaultdict
from typing import Any

import pytest
from mapping_world import START_MS, World, after, fails_on, numbers_of, raw_record, settings

from fanout_local.event_source_mapping import shard
from fanout_local.event_source_mapping.record import item_of


def _write_items(world: World, count: int, items: int) -> None:
    for number in range(1, count + 1):
        world.records.append((START_MS, raw_record(number, f"item-{number % items}")))


@pytest.mark.parametrize("factor", [1, 2, 10])
def test_as_many_invocations_as_the_factor_are_under_way(factor: int) -> None:
    """Never more, and with enough items that many."""
    world = World(settings(parallelization_factor=factor, batch_size=10))
    _write_items(world, 1_000, 50)
    world.run()
    assert world.most_under_way == factor
    assert sorted(number for batch in world.batches for number in batch) == list(range(1, 1_001))


def test_the_order_of_each_item_is_kept() -> None:
    """Factor 10, 50 items: the function sees each item's records in stream order, also after failures."""
    seen: dict[int, list[int]] = defaultdict(list)
    failed: set[int] = set()

    def function(event: dict[str, Any]) -> object:
        numbers = numbers_of(event)
        poison = [number for number in numbers if number % 97 == 0 and number not in failed]
        if poison:
            failed.update(poison)
            fails_on(*poison)(event)
        for number in numbers:
            seen[number % 50].append(number)
        return None

    world = World(settings(parallelization_factor=10, batch_size=7, bisect_batch_on_function_error=True), function)
    _write_items(world, 1_000, 50)
    world.run(600_000)
    assert failed
    assert all(numbers == sorted(numbers) for numbers in seen.values())
    assert sum(len(numbers) for numbers in seen.values()) == 1_000


def test_an_item_is_its_partition_key_and_its_sort_key() -> None:
    """Items of one partition are not kept in order among each other: they use several lanes."""
    world = World(settings(parallelization_factor=10, batch_size=1))
    for number in range(1, 101):
        record = raw_record(number)
        record["dynamodb"]["Keys"] = {"id": {"S": "one"}, "sort": {"N": str(number)}}
        world.records.append((START_MS, record))
    world.run()
    assert world.most_under_way == 10


def test_a_stuck_lane_does_not_stop_the_others() -> None:
    """And the checkpoint stays before what is stuck, whatever the others do."""
    world = World(settings(parallelization_factor=4, batch_size=1), fails_on(5))
    _write_items(world, 100, 20)
    world.run()
    done = {batch[0] for batch in world.batches}
    assert len(done) > 60
    assert world.checkpoint == after(4)


def test_the_checkpoint_is_the_lowest_not_yet_done_over_all_lanes() -> None:
    """It moves past what other lanes did as soon as the lowest is done, and never goes back."""
    failed: list[int] = []

    def function(event: dict[str, Any]) -> object:
        if 1 in numbers_of(event) and len(failed) < 5:
            failed.append(1)
            fails_on(1)(event)
        return None

    world = World(settings(parallelization_factor=10, batch_size=1), function)
    _write_items(world, 40, 40)
    world.run()
    lane = next(invocation.command.lane for invocation in world.invocations if invocation.numbers == [1])
    of_lane = [invocation for invocation in world.invocations if invocation.command.lane == lane]
    lowest_after = of_lane[6].numbers[0] - 1
    assert world.checkpoints[0] == after(lowest_after)
    assert world.checkpoint == after(40)


def test_reading_stops_when_too_much_lies_after_the_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stuck lane lets the others go on this far only: memory, and what comes again after a crash, are bounded."""
    monkeypatch.setattr(shard, "MOST_UNCHECKPOINTED", 5_000)
    world = World(settings(parallelization_factor=2), fails_on(1))
    raw = raw_record(1, "item-1")
    other = next(name for name in map(str, range(100)) if item_of(raw_record(1, name)) % 2 != item_of(raw) % 2)
    world.records = [(START_MS, raw)]
    world.records += [(START_MS, raw_record(number, other)) for number in range(2, 10_001)]
    world.run(30_000)
    delivered = sum(len(batch) for batch in world.batches if 1 not in batch)
    assert 4_000 < delivered <= 6_000
