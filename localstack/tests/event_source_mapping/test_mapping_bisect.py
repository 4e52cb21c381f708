"""BisectBatchOnFunctionError: an error splits the batch in two."""

import math
from typing import Any

from mapping_world import QUEUE, World, after, fails_on, failures, numbers_of, settings


def test_an_error_splits_the_batch_and_the_first_half_is_first() -> None:
    """Each half is tried on its own; of an odd batch the first is the larger one."""
    world = World(settings(bisect_batch_on_function_error=True), fails_on(4))
    world.write(1, 2, 3, 4, 5)
    world.run(1_000)
    assert world.batches[:5] == [[1, 2, 3, 4, 5], [1, 2, 3], [4, 5], [4], [4]]


def test_one_poison_among_100_is_isolated_and_the_other_99_arrive() -> None:
    """Each record but the poison is in a batch that succeeded, once, and in order."""
    done: list[int] = []

    def function(event: dict[str, Any]) -> object:
        fails_on(37)(event)
        done.extend(numbers_of(event))
        return None

    world = World(
        settings(bisect_batch_on_function_error=True, maximum_retry_attempts=2, destination_arn=QUEUE), function
    )
    world.write(*range(1, 101))
    world.run()
    assert done == [number for number in range(1, 101) if number != 37]
    assert world.batches.count([37]) == 3
    (failure,) = world.sent
    assert failure.start_sequence_number == failure.end_sequence_number == after(37).sequence_number
    assert failure.batch_size == 1


def test_splits_do_not_use_up_retries() -> None:
    """With 0 retries it bisects too: each record is tried alone before it is given up."""
    world = World(
        settings(bisect_batch_on_function_error=True, maximum_retry_attempts=0, destination_arn=QUEUE),
        fails_on(*range(1, 9)),
    )
    world.write(*range(1, 9))
    world.run()
    assert [failure.batch_size for failure in world.sent] == [1] * 8
    assert [failure.invoke_count for failure in world.sent] == [1] * 8
    assert len(world.batches) == 8 + 4 + 2 + 1


def test_a_split_is_tried_at_once() -> None:
    """Isolating one poison takes twice as many invocations as halvings, and no back-off."""
    world = World(settings(bisect_batch_on_function_error=True, maximum_retry_attempts=0), fails_on(128))
    world.write(*range(1, 129))
    world.run()
    assert world.times_ms[-1] < 10 * (2 * math.log2(128) + 2)


def test_a_partial_answer_splits_at_the_named_number_and_only_the_rest_is_tried_again() -> None:
    """With ReportBatchItemFailures what was before the named record is done."""
    answers: list[Any] = [failures(4), None]
    world = World(
        settings(bisect_batch_on_function_error=True, report_batch_item_failures=True), lambda _event: answers.pop(0)
    )
    world.write(1, 2, 3, 4, 5, 6)
    world.run()
    assert world.batches == [[1, 2, 3, 4, 5, 6], [4, 5, 6]]


def test_an_answer_that_names_the_first_record_is_split_in_halves() -> None:
    """It makes no progress: it is a failure of the whole batch."""
    answers: list[Any] = [failures(1), failures(1), None, None, None]
    world = World(
        settings(bisect_batch_on_function_error=True, report_batch_item_failures=True), lambda _event: answers.pop(0)
    )
    world.write(1, 2, 3, 4)
    world.run()
    assert world.batches == [[1, 2, 3, 4], [1, 2], [1], [2], [3, 4]]


def test_with_partial_answers_an_error_still_splits_in_halves() -> None:
    """An exception names no record."""
    world = World(
        settings(bisect_batch_on_function_error=True, report_batch_item_failures=True, maximum_retry_attempts=0),
        fails_on(4),
    )
    world.write(1, 2, 3, 4)
    world.run()
    assert world.batches == [[1, 2, 3, 4], [1, 2], [3, 4], [3], [4]]


def test_without_it_a_batch_stays_whole() -> None:
    """Every attempt has all records."""
    world = World(settings(maximum_retry_attempts=2), fails_on(4))
    world.write(1, 2, 3, 4)
    world.run()
    assert world.batches == [[1, 2, 3, 4]] * 3


def test_a_batch_is_never_put_together_again() -> None:
    """What comes later is not added to halves."""
    world = World(settings(bisect_batch_on_function_error=True, maximum_retry_attempts=5, batch_size=4), fails_on(1))
    world.write(1, 2)
    world.write(3, 4, at_ms=50)
    world.run()
    assert world.batches[-2:] == [[2], [3, 4]]
