"""What each form of the function's answer means."""

import json
from typing import Any

import pytest
from mapping_world import World, after, failures, numbers_of, sequence_number, settings

from fanout_local.event_source_mapping.choices import MOST_PAYLOAD_BYTES

SUCCESSES: list[object] = [
    None,
    {},
    [],
    "",
    {"batchItemFailures": []},
    {"batchItemFailures": None},
    "done",
    7,
    {"other": 1},
    b"",
]

WHOLE_BATCH_FAILURES = [
    {"batchItemFailures": [{"itemIdentifier": ""}]},
    {"batchItemFailures": [{"itemIdentifier": None}]},
    {"batchItemFailures": [{}]},
    {"batchItemFailures": [{"foo": sequence_number(2)}]},
    {"batchItemFailures": [{"itemIdentifier": "12345"}]},
    {"batchItemFailures": [{"itemIdentifier": sequence_number(3)}, {"itemIdentifier": "12345"}]},
    {"batchItemFailures": [sequence_number(2)]},
    {"batchItemFailures": [{"itemIdentifier": [1]}]},
    {"batchItemFailures": "all of them"},
    b"this is no JSON",
]


@pytest.mark.parametrize("answer", SUCCESSES, ids=repr)
def test_answers_that_are_a_success(answer: object) -> None:
    """The batch is done, and the next one is sent."""
    world = World(settings(report_batch_item_failures=True, batch_size=2), lambda _event: answer)
    world.write(1, 2, 3)
    world.run()
    assert world.batches == [[1, 2], [3]]
    assert world.checkpoint == after(3)


@pytest.mark.parametrize("answer", WHOLE_BATCH_FAILURES, ids=lambda answer: str(answer)[:60])
def test_answers_that_fail_the_whole_batch(answer: object) -> None:
    """An identifier that names no record of the batch fails all of it, also when another one is right."""
    world = World(settings(report_batch_item_failures=True, maximum_retry_attempts=1), lambda _event: answer)
    world.write(1, 2, 3)
    world.run()
    assert world.batches == [[1, 2, 3], [1, 2, 3]]
    assert world.results == ["PROBLEM: Function call failed"]


@pytest.mark.parametrize("answer", [*WHOLE_BATCH_FAILURES, failures(2)], ids=lambda answer: str(answer)[:60])
def test_without_report_batch_item_failures_an_answer_is_ignored(answer: object) -> None:
    """Whatever the function returns, it returned."""
    world = World(settings(), lambda _event: answer)
    world.write(1, 2, 3)
    world.run()
    assert world.batches == [[1, 2, 3]]
    assert world.checkpoint == after(3)


def test_the_lowest_sequence_number_named_is_the_checkpoint() -> None:
    """Everything from it on is sent again, the records after it that had succeeded included."""
    answers: list[Any] = [failures(4, 2), None]
    world = World(settings(report_batch_item_failures=True), lambda _event: answers.pop(0))
    world.write(1, 2, 3, 4, 5)
    world.run()
    assert world.batches == [[1, 2, 3, 4, 5], [2, 3, 4, 5]]
    assert world.checkpoints == [after(1), after(5)]


def test_sequence_numbers_are_compared_as_integers() -> None:
    """99 has one digit less than 100 here and is the lower one, though as a text it is the greater."""
    assert sequence_number(99) > sequence_number(100)
    answers: list[Any] = [failures(100, 99), None]
    world = World(settings(report_batch_item_failures=True), lambda _event: answers.pop(0))
    world.write(*range(97, 103))
    world.run()
    assert world.batches[1] == [99, 100, 101, 102]
    assert world.checkpoints[0] == after(98)


def test_an_answer_over_6_mb_is_an_error_of_the_function() -> None:
    """Lambda refuses such an answer, whatever it says."""
    world = World(settings(maximum_retry_attempts=0), lambda _event: b'"' + b"x" * MOST_PAYLOAD_BYTES + b'"')
    world.write(1)
    world.run()
    assert world.results == ["PROBLEM: Function call failed"]


def test_an_answer_to_what_is_not_under_way_is_ignored() -> None:
    """An answer told twice counts once."""
    world = World(settings(batch_size=1))
    world.write(1, 2)
    twice: list[int] = []

    def function(event: dict[str, Any]) -> object:
        twice.extend(numbers_of(event))
        return None

    world.function = function
    answer = world._answer

    def answer_twice(invocation: int, event: dict[str, Any]) -> Any:
        told = answer(invocation, event)
        world.at(world.now_ms + 20, told)
        return told

    world._answer = answer_twice  # type: ignore[method-assign]
    world.run()
    assert twice == [1, 2]
    assert json.dumps(world.batches) == "[[1], [2]]"
