"""MaximumRecordAge: what is too old is given up, record by record."""

from typing import Any

import pytest
from mapping_world import QUEUE, START_MS, DownError, World, after, fails_on, raw_record, settings

from fanout_local.event_source_mapping.choices import MOST_AGE_MS
from fanout_local.event_source_mapping.commands import Metric
from fanout_local.event_source_mapping.failure_record import Condition


def _old_and_young(world: World) -> None:
    """Two records of 10 minutes ago, two of now."""
    for number, age_ms in ((1, 600_000), (2, 600_000), (3, 0), (4, 0)):
        world.records.append((START_MS, raw_record(number, f"item-{number}", created_ms=START_MS - age_ms)))


def test_the_expired_part_is_discarded_and_the_rest_runs() -> None:
    """Age is per record; the failure record says RecordAgeExceeded and has no answer."""
    world = World(settings(maximum_record_age_ms=60_000, destination_arn=QUEUE))
    _old_and_young(world)
    world.run()
    assert world.batches == [[3, 4]]
    (failure,) = world.sent
    assert failure.condition is Condition.RECORD_AGE_EXCEEDED
    assert failure.last_answer is None
    assert (failure.batch_size, failure.invoke_count) == (2, 0)
    assert world.checkpoint == after(4)


def test_records_that_grow_too_old_between_attempts_are_discarded() -> None:
    """A batch that fails for ever is given up when its records reach the age, and not before."""
    world = World(settings(maximum_record_age_ms=60_000, destination_arn=QUEUE), fails_on(1))
    world.write(1)
    world.write(2, at_ms=30_000)
    world.run(100_000)
    (failure,) = world.sent
    assert failure.condition is Condition.RECORD_AGE_EXCEEDED
    assert failure.given_up_ms - START_MS > 60_000
    assert failure.invoke_count == world.batches.count([1])
    assert world.batches[-1] == [2]


def test_a_function_that_cannot_be_run_lets_records_grow_too_old() -> None:
    """Throttling does not count as an attempt, but time passes."""

    def function(event: dict[str, Any]) -> object:
        raise DownError

    world = World(settings(maximum_record_age_ms=60_000, maximum_retry_attempts=0), function)
    world.write(1)
    world.run(100_000)
    assert world.checkpoint == after(1)
    assert world.metrics[Metric.DROPPED] == 1


def test_without_a_maximum_age_records_live_as_long_as_the_stream_keeps_them() -> None:
    """After 24 hours they are gone from the stream; that is not counted as dropped."""
    world = World(settings(batch_size=1), fails_on(1, 2))
    for number in (1, 2):
        world.records.append((START_MS, raw_record(number, created_ms=START_MS - MOST_AGE_MS + number * 60_000)))
    world.run(70_000)
    assert world.batches[-1] == [2]
    assert world.checkpoint == after(1)
    assert world.metrics[Metric.DROPPED] == 0


@pytest.mark.parametrize(("resolution_ms", "batches"), [(1_000, []), (60_000, [[1]])])
def test_a_creation_time_that_is_cut_does_not_make_a_record_older(resolution_ms: int, batches: list[list[int]]) -> None:
    """DynamoDB Local cuts creation times to the minute: a record is only too old when it surely is."""
    world = World(settings(maximum_record_age_ms=60_000), resolution_ms=resolution_ms)
    world.records.append((START_MS, raw_record(1, created_ms=START_MS - 100_000)))
    world.run()
    assert world.batches == batches


def test_younger_records_before_older_ones_still_run() -> None:
    """Creation times need not be in order: exactly the old ones are given up, in failure records of their own."""
    world = World(settings(maximum_record_age_ms=60_000, destination_arn=QUEUE))
    for number, age_ms in ((1, 0), (2, 600_000), (3, 600_000), (4, 0)):
        world.records.append((START_MS, raw_record(number, f"item-{number}", created_ms=START_MS - age_ms)))
    world.run()
    assert world.batches == [[1], [4]]
    assert [failure.batch_size for failure in world.sent] == [2]
