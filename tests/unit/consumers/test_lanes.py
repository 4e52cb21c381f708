"""Lanes: parallel between documents, in order within one."""

from collections.abc import Iterator
from itertools import islice
from threading import Barrier, Event

import pytest

from consumers.lanes import Lanes, lanes
from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED
from tests.records import event, record

CHANGES = decode_event(event(*(record(number, document=f"d{number % 20}") for number in range(200)))).changes


def delivered(lane: list[Change]) -> Iterator[Answer]:
    yield from (Answer(change, DELIVERED) for change in lane)


def test_a_document_has_one_lane_and_keeps_its_order() -> None:
    """Every change is dealt once, a document's to one lane, in order."""
    dealt = lanes(CHANGES, 8)
    assert sorted(change.order_key for lane in dealt for change in lane) == [change.order_key for change in CHANGES]
    for lane in dealt:
        assert lane == sorted(lane, key=lambda change: change.order_key)
    of_document = [{change.document_id for change in lane} for lane in dealt]
    assert sum(map(len, of_document)) == len(set.union(*of_document)) == 20


def test_lanes_run_side_by_side() -> None:
    """Every lane begins before any ends."""
    dealt = lanes(CHANGES, 4)
    together = Barrier(len(dealt))

    def deliver(lane: list[Change]) -> Iterator[Answer]:
        together.wait(timeout=10)
        yield from delivered(lane)

    assert len(list(Lanes("test", 4).run(dealt, deliver))) == len(CHANGES)


def test_what_a_lane_raises_is_raised_after_all_answers() -> None:
    """One lane's failure takes no answer from the others."""
    dealt = lanes(CHANGES, 4)

    def deliver(lane: list[Change]) -> Iterator[Answer]:
        if lane is dealt[0]:
            raise ValueError("broken")
        yield from delivered(lane)

    run = Lanes("test", 4).run(dealt, deliver)
    heard = list(islice(run, len(CHANGES) - len(dealt[0])))
    assert len(heard) == len(CHANGES) - len(dealt[0])
    with pytest.raises(ValueError, match="broken"):
        next(run)


def test_a_caller_that_stops_listening_waits_for_calls_under_way() -> None:
    """Closing the answers ends only when each lane has: the consumer is not free before that."""
    dealt = lanes(CHANGES, 2)
    ended = []
    go_on = Event()

    def deliver(lane: list[Change]) -> Iterator[Answer]:
        yield Answer(lane[0], DELIVERED)
        go_on.wait(timeout=10)
        ended.append(lane)

    run = Lanes("test", 2).run(dealt, deliver)
    next(run)
    go_on.set()
    run.close()
    assert len(ended) == 2
