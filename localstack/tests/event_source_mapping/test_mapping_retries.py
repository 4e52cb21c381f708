"""How often a batch is tried, what counts as an attempt, and what happens when none is left."""

from typing import Any

import pytest
from mapping_world import (
    QUEUE,
    DownError,
    RaisesError,
    ThrottledError,
    World,
    after,
    fails_on,
    failures,
    numbers_of,
    settings,
)

from fanout_local.event_source_mapping.choices import FIRST_BACK_OFF_MS, MOST_BACK_OFF_MS
from fanout_local.event_source_mapping.commands import Metric
from fanout_local.event_source_mapping.failure_record import Condition


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_batch_is_tried_once_and_maximum_retry_attempts_more(retries: int) -> None:
    """Then it is discarded together, healthy records included, and the next batch comes."""
    world = World(settings(batch_size=3, maximum_retry_attempts=retries), fails_on(2))
    world.write(1, 2, 3, 4)
    world.run()
    assert world.batches == [[1, 2, 3]] * (retries + 1) + [[4]]
    assert world.checkpoint == after(4)
    assert world.metrics[Metric.DROPPED] == 3


def test_minus_one_retries_for_ever() -> None:
    """The batch blocks its lane for hours, and nothing is discarded."""
    world = World(settings(batch_size=1), fails_on(1))
    world.write(1, 2)
    world.run(2 * 3_600_000)
    assert set(map(tuple, world.batches)) == {(1,)}
    assert len(world.batches) > 700
    assert world.checkpoints == []


def test_the_attempt_is_told_with_the_invocation() -> None:
    """The first is 1; progress begins anew."""
    answers: list[Any] = [failures(1), failures(2), failures(2), None]
    world = World(settings(report_batch_item_failures=True), lambda _event: answers.pop(0))
    world.write(1, 2)
    world.run()
    assert [invocation.command.attempt for invocation in world.invocations] == [1, 2, 1, 2]


def test_progress_resets_the_retry_count() -> None:
    """With MaximumRetryAttempts 3 the failing record is delivered 5 times; the failure record says 4, as recorded."""

    def function(event: dict[str, Any]) -> object:
        return failures(2) if 2 in numbers_of(event) else None

    world = World(settings(report_batch_item_failures=True, maximum_retry_attempts=3, destination_arn=QUEUE), function)
    world.write(1, 2)
    world.run()
    assert world.batches == [[1, 2], [2], [2], [2], [2]]
    (failure,) = world.sent
    assert failure.condition is Condition.RETRY_ATTEMPTS_EXHAUSTED
    assert failure.invoke_count == 4
    assert failure.last_answer is not None
    assert failure.last_answer.function_error is None


@pytest.mark.parametrize("trouble", [ThrottledError, DownError])
def test_what_never_ran_does_not_count_as_an_attempt(trouble: type[Exception]) -> None:
    """Throttling and service errors leave the retries as they are, however many they are."""
    tries = 0

    def function(event: dict[str, Any]) -> object:
        nonlocal tries
        tries += 1
        if tries <= 20:
            raise trouble
        raise RaisesError

    world = World(settings(maximum_retry_attempts=1, destination_arn=QUEUE), function)
    world.write(1)
    world.run(1_000_000)
    assert len(world.batches) == 22
    assert world.sent[0].invoke_count == 2
    assert world.results[0].startswith("PROBLEM: ")


def test_back_off_doubles_up_to_its_most_and_a_success_ends_it() -> None:
    """The waits between attempts are those written down."""
    world = World(settings(batch_size=1), lambda _event: None, duration_ms=0)
    tries: list[int] = []

    def function(event: dict[str, Any]) -> object:
        tries.append(numbers_of(event)[0])
        if len(tries) <= 9:
            raise RaisesError
        if tries.count(2) == 1:
            raise RaisesError
        return None

    world.function = function
    world.write(1, 2)
    world.run(100_000)
    waits = [b - a for a, b in zip(world.times_ms, world.times_ms[1:], strict=False)]
    assert waits[:9] == [min(MOST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2**n) for n in range(9)]
    assert waits[9] == 0, "the next record is sent at once"
    assert waits[10] == FIRST_BACK_OFF_MS, "and its first back-off is the shortest"


def test_a_later_answer_is_ok_again() -> None:
    """LastProcessingResult follows what happens, and is only told when it changes."""
    world = World(settings(batch_size=1, maximum_retry_attempts=2), fails_on(2))
    world.write(1, 2, 3)
    world.run()
    assert world.results == ["OK", "PROBLEM: Function call failed", "OK"]


def test_a_deleted_function_is_a_problem_that_is_waited_out() -> None:
    """The mapping says it, nothing is discarded, and it goes on when the function is there again."""
    world = World(settings(batch_size=1, maximum_retry_attempts=0), lambda _event: None)
    gone = [True] * 5

    def function(event: dict[str, Any]) -> object:
        if gone:
            gone.pop()
            raise DownError
        return None

    world.function = function
    world.write(1)
    world.run()
    assert world.results == ["PROBLEM: connection refused", "OK"]
    assert world.checkpoint == after(1)
