"""Tumbling windows: state from one invocation to the next, and the last invocation of each window."""

from typing import Any

import pytest
from mapping_world import SHARD, START_MS, STREAM, RaisesError, World, after, fails_on, failures, numbers_of, settings

from fanout_local.event_source_mapping.choices import MOST_STATE_BYTES, WINDOW_GRACE_MS

MINUTE_MS = 60_000
FIRST_MS = MINUTE_MS - START_MS % MINUTE_MS
"""When the first whole minute begins, counted from the start."""


def _sums(event: dict[str, Any]) -> object:
    """A function that adds up numbers."""
    return {"state": {"sum": event["state"].get("sum", 0) + sum(numbers_of(event))}}


def _finals(world: World) -> list[tuple[Any, bool]]:
    return [
        (invocation.event["state"], invocation.event["isWindowTerminatedEarly"])
        for invocation in world.invocations
        if invocation.event["isFinalInvokeForWindow"]
    ]


def test_the_event_adds_window_state_shard_and_flags() -> None:
    """Bounds are whole multiples of the window's length; the first state is empty."""
    world = World(settings(tumbling_window_ms=MINUTE_MS), _sums)
    world.write(1, at_ms=FIRST_MS + 5_000)
    world.run(FIRST_MS + 6_000)
    event = world.invocations[0].event
    del event["Records"]
    assert event == {
        "window": {"start": "2023-11-14T22:14:00Z", "end": "2023-11-14T22:15:00Z"},
        "state": {},
        "shardId": SHARD,
        "eventSourceARN": STREAM,
        "isFinalInvokeForWindow": False,
        "isWindowTerminatedEarly": False,
    }


def test_state_goes_from_one_invocation_to_the_next() -> None:
    """And starts anew in the next window."""
    world = World(settings(tumbling_window_ms=MINUTE_MS, batch_size=1), _sums)
    world.write(1, 2, 3, at_ms=FIRST_MS)
    world.write(10, at_ms=FIRST_MS + MINUTE_MS)
    world.run(FIRST_MS + 2 * MINUTE_MS)
    states = [invocation.event["state"] for invocation in world.invocations]
    assert states == [{}, {"sum": 1}, {"sum": 3}, {"sum": 6}, {}]


def test_a_later_windows_record_closes_the_window() -> None:
    """The last invocation has the whole state and no records; a batch never holds records of two windows."""
    world = World(settings(tumbling_window_ms=MINUTE_MS, batching_window_ms=100_000), _sums)
    world.write(1, 2, at_ms=FIRST_MS)
    world.write(3, at_ms=FIRST_MS + MINUTE_MS)
    world.run(FIRST_MS + 2 * MINUTE_MS + 50_000)
    assert world.batches == [[1, 2], [], [3]]
    assert _finals(world) == [({"sum": 3}, False)]


def test_a_window_without_followers_is_closed_by_time() -> None:
    """Two minutes after its end."""
    world = World(settings(tumbling_window_ms=MINUTE_MS), _sums)
    world.write(1, at_ms=FIRST_MS)
    world.run(FIRST_MS + 2 * MINUTE_MS + WINDOW_GRACE_MS)
    assert _finals(world) == [({"sum": 1}, False)]
    assert world.times_ms[-1] == pytest.approx(FIRST_MS + MINUTE_MS + WINDOW_GRACE_MS, abs=10)


def test_the_end_of_a_shard_closes_the_window() -> None:
    """Its children begin with a state of their own."""
    world = World(settings(tumbling_window_ms=MINUTE_MS), _sums, closes_ms=START_MS + 1_000)
    world.write(1)
    world.run()
    assert _finals(world) == [({"sum": 1}, False)]
    assert world.finished


@pytest.mark.parametrize("answer", [None, {}, {"batchItemFailures": []}, {"state": None}, "state"], ids=repr)
def test_an_answer_without_state_is_a_failed_invocation(answer: object) -> None:
    """It is tried again, up to the limit."""
    world = World(settings(tumbling_window_ms=MINUTE_MS, maximum_retry_attempts=1), lambda _event: answer)
    world.write(1)
    world.run(1_000)
    assert world.batches == [[1], [1]]


def test_a_failed_invocation_leaves_the_state() -> None:
    """The next attempt gets the same."""
    failed: list[object] = []

    def function(event: dict[str, Any]) -> object:
        if numbers_of(event) == [2] and not failed:
            failed.append(event)
            raise RaisesError
        return _sums(event)

    world = World(settings(tumbling_window_ms=MINUTE_MS, batch_size=1), function)
    world.write(1, 2)
    world.run(1_000)
    assert [invocation.event["state"] for invocation in world.invocations] == [{}, {"sum": 1}, {"sum": 1}]


def test_a_partial_answers_state_holds_for_the_rest() -> None:
    """What was done is in the state; the rest comes with it."""

    def function(event: dict[str, Any]) -> object:
        numbers = numbers_of(event)
        if numbers == [1, 2, 3]:
            return {"state": {"sum": 3}, **failures(3)}
        return _sums(event)

    world = World(settings(tumbling_window_ms=MINUTE_MS, report_batch_item_failures=True), function)
    world.write(1, 2, 3)
    world.run(2 * MINUTE_MS + WINDOW_GRACE_MS)
    assert _finals(world) == [({"sum": 6}, False)]


def test_a_last_invocation_that_fails_is_repeated_until_it_succeeds() -> None:
    """Whatever MaximumRetryAttempts says: the next window waits."""
    failed: list[int] = []

    def function(event: dict[str, Any]) -> object:
        if event["isFinalInvokeForWindow"] and len(failed) < 5:
            failed.append(1)
            raise RaisesError
        return _sums(event)

    world = World(settings(tumbling_window_ms=MINUTE_MS, maximum_retry_attempts=0), function)
    world.write(1)
    world.write(2, at_ms=FIRST_MS)
    world.run(FIRST_MS + 30_000)
    assert world.batches == [[1], [], [], [], [], [], [], [2]]


def test_a_state_over_1_mb_ends_the_window_early() -> None:
    """A last invocation says so; the same window goes on with an empty state."""

    def function(event: dict[str, Any]) -> object:
        return {"state": {"all": "x" * MOST_STATE_BYTES}} if numbers_of(event) == [1] else _sums(event)

    world = World(settings(tumbling_window_ms=MINUTE_MS, batch_size=1), function)
    world.write(1, 2)
    world.run(2 * MINUTE_MS + WINDOW_GRACE_MS)
    assert world.batches == [[1], [], [2], []]
    assert [early for _, early in _finals(world)] == [True, False]
    assert len(_finals(world)[0][0]["all"]) == MOST_STATE_BYTES
    assert _finals(world)[1][0] == {"sum": 2}


def test_the_checkpoint_waits_for_the_windows_end() -> None:
    """The state is only in memory: who goes on elsewhere begins the window again."""
    world = World(settings(tumbling_window_ms=MINUTE_MS, batch_size=1), _sums)
    world.write(1, 2, at_ms=FIRST_MS)
    world.write(3, at_ms=FIRST_MS + MINUTE_MS)
    world.run(FIRST_MS + MINUTE_MS - 1)
    assert world.checkpoints == []
    world.run(FIRST_MS + 2 * MINUTE_MS)
    assert world.checkpoint == after(2)


def test_windows_support_retries_and_give_up() -> None:
    """A record that is given up is not in the state, and the window still ends."""

    def function(event: dict[str, Any]) -> object:
        fails_on(2)(event)
        return _sums(event)

    world = World(settings(tumbling_window_ms=MINUTE_MS, batch_size=1, maximum_retry_attempts=0), function)
    world.write(1, 2, 4)
    world.run(2 * MINUTE_MS + WINDOW_GRACE_MS)
    assert _finals(world) == [({"sum": 5}, False)]


def test_a_late_record_counts_to_the_open_window() -> None:
    """Creation times need not be in order."""
    world = World(settings(tumbling_window_ms=MINUTE_MS, batch_size=1), _sums)
    world.write(1, at_ms=FIRST_MS + 1_000)
    world.run(FIRST_MS + 2_000)
    world.write(2, at_ms=0)
    world.run(FIRST_MS + 2 * MINUTE_MS + WINDOW_GRACE_MS)
    assert _finals(world) == [({"sum": 3}, False)]


def test_a_shard_with_windows_has_one_lane() -> None:
    """Its state is one, whatever ParallelizationFactor says."""
    world = World(settings(tumbling_window_ms=MINUTE_MS, parallelization_factor=10, batch_size=1), _sums)
    world.write(*range(1, 50))
    world.run(10_000)
    assert world.most_under_way == 1
