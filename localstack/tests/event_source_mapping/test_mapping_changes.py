"""Enabling, disabling and changing a mapping while it runs: the position is kept."""

import json
from collections import defaultdict
from typing import Any

import pytest
from mapping_world import QUEUE, START_MS, World, after, fails_on, numbers_of, raw_record, settings


def test_disabling_pauses_and_enabling_goes_on_from_the_checkpoint() -> None:
    """Nothing is left out or repeated; while it is disabled nothing is read."""
    world = World(settings(batch_size=1))
    world.write(1)
    world.change(1_000, enabled=False, batch_size=1)
    world.write(2, at_ms=2_000)
    world.change(5_000, enabled=True, batch_size=1)
    world.write(3, at_ms=6_000)
    world.run()
    assert world.batches == [[1], [2], [3]]
    assert not [at_ms for at_ms, _ in world.reads if 1_000 < at_ms < 5_000]
    assert 5_000 <= world.times_ms[1] < 5_100


def test_quiet_is_said_when_nothing_is_under_way() -> None:
    """What runs is answered and checkpointed first."""
    world = World(settings(batch_size=1), duration_ms=3_000)
    world.write(1, 2)
    world.change(1_000, enabled=False, batch_size=1)
    world.run(2_900)
    assert world.quiet == 0
    world.run(20_000)
    assert world.quiet == 1
    assert world.batches == [[1]]
    assert world.checkpoint == after(1)


def test_quiet_is_said_each_time() -> None:
    """Whoever disables again waits for it again."""
    world = World(settings())
    for at_ms, enabled in ((1_000, False), (2_000, True), (3_000, False)):
        world.change(at_ms, enabled=enabled)
    world.run()
    assert world.quiet == 2


def test_a_mapping_that_begins_disabled_does_nothing() -> None:
    """It is quiet at once."""
    world = World(settings(enabled=False))
    world.write(1)
    world.run()
    assert (world.quiet, world.reads, world.batches) == (1, [], [])


def test_a_new_batch_size_holds_from_the_next_batch() -> None:
    """What is under way stays as it is."""
    world = World(settings(batch_size=2), duration_ms=1_000)
    world.write(*range(1, 9))
    world.change(500, batch_size=4)
    world.run()
    assert world.batches == [[1, 2], [3, 4, 5, 6], [7, 8]]


def test_new_retries_hold_for_the_batch_at_hand() -> None:
    """A stuck mapping is freed by allowing fewer attempts."""
    world = World(settings(batch_size=1), fails_on(1))
    world.write(1, 2)
    world.change(30_000, batch_size=1, maximum_retry_attempts=2)
    world.run()
    assert world.batches[-1] == [2]


def test_new_filters_hold_for_what_is_read_from_then_on() -> None:
    """What was read before stays."""
    world = World(settings(batch_size=1))
    world.write(1)
    world.write(2, at_ms=2_000)
    world.change(1_000, batch_size=1, filters=(json.dumps({"eventName": ["REMOVE"]}),))
    world.run()
    assert world.batches == [[1]]
    assert world.checkpoint == after(2)


@pytest.mark.parametrize(("before", "then"), [(1, 10), (10, 1), (10, 3)])
def test_another_factor_keeps_the_order_of_each_item(before: int, then: int) -> None:
    """What is under way in the old lanes is answered before the new ones begin."""
    seen: dict[int, list[int]] = defaultdict(list)

    def function(event: dict[str, Any]) -> object:
        for number in numbers_of(event):
            seen[number % 20].append(number)
        return None

    world = World(settings(parallelization_factor=before, batch_size=5), function, duration_ms=100)
    for number in range(1, 401):
        world.records.append((START_MS, raw_record(number, f"item-{number % 20}")))
    world.change(450, parallelization_factor=then, batch_size=5)
    world.run()
    assert all(numbers == sorted(set(numbers)) for numbers in seen.values())
    assert sum(map(len, seen.values())) == 400
    assert world.checkpoint == after(400)


def test_another_factor_does_not_wait_for_a_batch_that_fails_for_ever() -> None:
    """It waits for the answer, not for the success; the failures it had are forgotten."""
    world = World(settings(parallelization_factor=1, batch_size=1, maximum_retry_attempts=10), fails_on(1))
    for number in range(1, 30):
        world.records.append((START_MS, raw_record(number, f"item-{number}")))
    world.change(2_000, parallelization_factor=10, batch_size=1, maximum_retry_attempts=10)
    world.run(20_000)
    assert world.most_under_way > 1
    before = sum(batch == [1] and at < 2_000 for batch, at in zip(world.batches, world.times_ms, strict=True))
    assert before > 1
    world.run(600_000)
    assert world.batches.count([1]) == before + 11


def test_another_factor_takes_back_what_a_destination_refuses() -> None:
    """It is tried again: nothing is lost, and the lanes are not held up."""
    world = World(
        settings(batch_size=1, maximum_retry_attempts=0, destination_arn=QUEUE),
        fails_on(1),
        destination=lambda _failure: world.now_ms > START_MS + 10_000,
    )
    world.write(1, 2)
    world.change(5_000, parallelization_factor=2, batch_size=1, maximum_retry_attempts=0, destination_arn=QUEUE)
    world.run()
    assert world.batches.count([1]) == 2
    assert len(world.took) == 1
    assert world.checkpoint == after(2)


def test_another_function_gets_what_is_retried() -> None:
    """Settings are those of the moment: the failure record names the function that failed last."""
    world = World(settings(batch_size=1, destination_arn=QUEUE), fails_on(1))
    world.write(1)
    world.change(
        5_000, batch_size=1, destination_arn=QUEUE, maximum_retry_attempts=0, function_arn="arn:aws:lambda:::function:b"
    )
    world.run()
    assert world.sent[0].function_arn == "arn:aws:lambda:::function:b"


def test_removing_windows_forgets_the_open_one() -> None:
    """Its records are done, so the checkpoint passes them."""
    world = World(settings(tumbling_window_ms=60_000), lambda _event: {"state": {}})
    world.write(1)
    world.change(1_000)
    world.run(2_000)
    assert world.checkpoint == after(1)
