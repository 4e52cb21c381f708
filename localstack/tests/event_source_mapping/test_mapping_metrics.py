"""The counters that users expect in CloudWatch."""

from typing import Any

from mapping_world import DownError, World, fails_on, failures, numbers_of, settings

from fanout_local.event_source_mapping.commands import Metric


def test_events_are_counted_on_their_way() -> None:
    """Polled once, invoked as often as the function gets them, failed when it fails, dropped when given up."""
    world = World(settings(batch_size=2, maximum_retry_attempts=1), fails_on(1))
    world.write(1, 2, 3)
    world.run()
    assert dict(world.metrics) == {
        Metric.POLLED: 3,
        Metric.INVOKED: 2 + 2 + 1,
        Metric.FAILED_INVOKE: 2 + 2,
        Metric.DROPPED: 2,
    }


def test_named_records_and_those_after_them_failed() -> None:
    """Those before the checkpoint did not."""

    def function(event: dict[str, Any]) -> object:
        return failures(3) if len(numbers_of(event)) == 4 else None

    world = World(settings(report_batch_item_failures=True), function)
    world.write(1, 2, 3, 4)
    world.run()
    assert world.metrics[Metric.FAILED_INVOKE] == 2


def test_what_could_not_be_run_failed_too() -> None:
    """A function that is gone or not allowed is a failed invocation."""
    tries: list[int] = []

    def function(event: dict[str, Any]) -> object:
        tries.append(1)
        if len(tries) == 1:
            raise DownError
        return None

    world = World(settings(), function)
    world.write(1)
    world.run()
    assert world.metrics[Metric.FAILED_INVOKE] == 1


def test_iterator_age_is_of_the_batchs_last_record() -> None:
    """From its creation to the invocation."""
    world = World(settings(batch_size=2, batching_window_ms=10_000))
    world.write(1)
    world.write(2, at_ms=4_000)
    world.run()
    assert len(world.ages) == 1
    assert 0 <= world.ages[0] < 300
