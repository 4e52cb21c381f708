"""How a shard is read: positions, polls, failures of reading, and its end."""

import pytest
from mapping_world import START_MS, World, after, fails_on, raw_record, settings

from fanout_local.event_source_mapping.choices import FRESH_MS, IDLE_POLL_MS, READ_AHEAD_BYTES
from fanout_local.event_source_mapping.happenings import ReadFailure, RecordsRead
from fanout_local.event_source_mapping.position import Latest, ShardEnd, TrimHorizon


def test_trim_horizon_begins_at_the_oldest_record() -> None:
    """What was written before is read."""
    world = World(settings())
    world.write(1)
    world.run()
    assert world.reads[0][1] == TrimHorizon()
    assert world.batches == [[1]]


def test_latest_begins_at_what_is_written_from_now_on() -> None:
    """What was written before is not read."""
    world = World(settings(), position=Latest(since_ms=START_MS))
    world.write(1)
    world.write(2, at_ms=5_000)
    world.run()
    assert world.batches == [[2]]


def test_a_checkpoint_goes_on_right_after_it() -> None:
    """Nothing is repeated and nothing is left out."""
    world = World(settings(), position=after(2))
    world.write(1, 2, 3)
    world.run()
    assert world.batches == [[3]]


def test_an_idle_shard_is_polled_four_times_a_second() -> None:
    """And no more."""
    world = World(settings())
    world.run(10_000)
    assert len(world.reads) == pytest.approx(40, abs=2)


def test_after_records_the_next_read_is_at_once() -> None:
    """A backlog is not read at the pace of polls."""
    world = World(settings(batch_size=1_000), duration_ms=1, page=100)
    world.write(*range(1, 1_001))
    world.run(IDLE_POLL_MS - 1)
    assert sum(map(len, world.batches)) == 1_000


def test_reading_goes_on_while_invocations_run() -> None:
    """The next batch is there when the answer comes."""
    world = World(settings(batch_size=100), duration_ms=30_000)
    world.write(*range(1, 101))
    world.write(*range(101, 201), at_ms=1_000)
    world.run(40_000)
    assert world.times_ms[1] - world.times_ms[0] == 30_000


def test_reading_ahead_is_bounded_in_records() -> None:
    """A function that hangs does not fill the memory."""
    world = World(settings(batch_size=100), duration_ms=900_000)
    world.write(*range(1, 20_001))
    world.run()
    assert world.most_held <= 2_000


def test_reading_ahead_is_bounded_in_bytes() -> None:
    """Large records are read ahead less; it may be over by one read."""
    world = World(settings(batch_size=10_000), duration_ms=900_000, page=10)
    world.write(*range(1, 101), text="x" * 400_000)
    world.run()
    assert READ_AHEAD_BYTES <= world.machine.view.held_bytes <= READ_AHEAD_BYTES + 10 * 401_000


@pytest.mark.parametrize("kind", [ReadFailure.THROTTLED, ReadFailure.UNAVAILABLE, ReadFailure.EXPIRED_ITERATOR])
def test_a_failed_read_is_repeated_from_the_last_sequence_number(kind: ReadFailure) -> None:
    """Never from the starting position."""
    world = World(settings(batch_size=1))
    world.write(1)
    world.write(2, at_ms=1_000)
    world.at(START_MS + 500, lambda: world.read_failures.extend([kind] * 3))
    world.run()
    assert world.batches == [[1], [2]]
    assert {position for at_ms, position in world.reads if 500 <= at_ms < 1_000} == {after(1)}


def test_reads_that_fail_back_off() -> None:
    """An endpoint that is down is not hammered."""
    world = World(settings(), read_failures=[ReadFailure.UNAVAILABLE] * 1_000)
    world.run(60_000)
    assert len(world.reads) < 15


def test_trimmed_data_is_passed_and_said() -> None:
    """What left the stream before it was read is lost; reading goes on at what is there, and nothing is repeated."""
    world = World(settings(batch_size=1))
    world.write(1)
    world.write(3, at_ms=2_000)
    world.at(START_MS + 1_000, lambda: world.read_failures.append(ReadFailure.TRIMMED))
    world.run()
    assert world.batches == [[1], [3]]
    assert "PROBLEM: TrimmedDataAccessException" in world.results


def test_a_stream_that_vanishes_is_a_problem_as_long_as_it_lasts() -> None:
    """The mapping says it and asks again, slowly; when the stream answers the problem is over."""
    world = World(settings(), read_failures=[ReadFailure.VANISHED] * 5)
    world.run()
    assert world.results[0].startswith("PROBLEM: ResourceNotFoundException")
    assert world.results[-1] == "No records processed"


def test_a_lost_latest_iterator_does_not_lose_what_was_written_since() -> None:
    """Nothing had been read, so there is no sequence number to go on at: the moment of the start decides."""
    world = World(settings(), position=Latest(since_ms=START_MS))
    world.records.append((START_MS, raw_record(1, created_ms=START_MS - 60_000)))
    world.at(START_MS + 10_000, lambda: world.read_failures.append(ReadFailure.EXPIRED_ITERATOR))
    world.records.append((START_MS + 10_050, raw_record(2, created_ms=START_MS + 10_050)))
    world.run()
    assert world.batches == [[2]]


def test_a_runner_that_starts_again_before_the_first_record_misses_nothing() -> None:
    """LATEST is of the mapping's start, not of the runner's."""
    world = World(settings(), position=Latest(since_ms=START_MS - FRESH_MS - 1))
    world.records.append((START_MS - 60_000, raw_record(1, created_ms=START_MS - 60_000)))
    world.records.append((START_MS - 5_000, raw_record(2, created_ms=START_MS - 5_000)))
    world.run()
    assert world.reads[0][1] == TrimHorizon()
    assert world.batches == [[2]]


def test_records_that_are_read_twice_are_sent_once() -> None:
    """An answer that overlaps the one before brings only what is new."""
    world = World(settings())
    page = tuple(raw_record(number) for number in (1, 2))
    world._read = lambda command: RecordsRead(records=page[: command.limit])  # type: ignore[method-assign]
    world.run(2_000)
    assert world.batches == [[1, 2]]


def test_a_shard_at_its_end_is_finished_when_all_of_it_is_done() -> None:
    """The last checkpoint is the shard's end, then nothing more is commanded."""
    world = World(settings(batch_size=1), closes_ms=START_MS + 100, duration_ms=5_000)
    world.write(1, 2)
    world.run(9_000)
    assert not world.finished
    world.run()
    assert world.finished
    assert world.checkpoint == ShardEnd()
    assert world.machine.view.finished


def test_a_poisoned_shard_is_not_finished() -> None:
    """Its children must not overtake it."""
    world = World(settings(batch_size=1), fails_on(2), closes_ms=START_MS + 100)
    world.write(1, 2)
    world.run(600_000)
    assert not world.finished
    assert world.checkpoint == after(1)


def test_an_empty_closed_shard_is_finished_at_once() -> None:
    """It holds up nothing."""
    world = World(settings(), closes_ms=START_MS).run(100)
    assert world.finished


def test_a_shard_that_is_at_its_end_already_is_not_read() -> None:
    """A stored shard end needs no reader."""
    world = World(settings(), position=ShardEnd()).run()
    assert world.finished
    assert world.reads == []
