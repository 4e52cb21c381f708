"""Consumers that keep the contract as well as their sinks let them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import assert_never

from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.deadline import Deadline
from stream_processor.outcome import DELIVERED, Cause, Delivered, Outcome, Rejected, Retry, Skipped
from tests.simulation.history import Given, Returned, Said
from tests.simulation.network import CallFailedError, NoAnswerError, Station
from tests.simulation.records import MASKED, SECRET
from tests.simulation.scenario import Fault
from tests.simulation.sink_faults import AfterCall, SinkFaults
from tests.simulation.sinks import Sink
from tests.simulation.table import Write

ITEMS_A_CALL = {"search": 50, "queue": 10, "sockets": 4, "audit": 25}


@dataclass(kw_only=True)
class SimConsumer:
    """A consumer of one environment.

    Attributes:
        truth: finds the write of an event.

    """

    name: str
    environment: int
    sink: Sink
    station: Station
    faults: SinkFaults
    truth: Callable[[str], Write]
    sees_all: bool = True
    _running: int = field(default=0, init=False)

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        station, call = self.station, len(self.station.history.happenings)
        invocation = station.invocation
        station.history.note(
            Given(
                station.scheduler.now_s,
                invocation,
                self.environment,
                self.name,
                call,
                tuple(change.event_id for change in changes),
                deadline.ends_at_s,
                not self.sees_all and any(map(_shows_too_much, changes)),
                self._running > 0,
            )
        )
        self._running += 1
        try:
            for chunk in batched(changes, ITEMS_A_CALL[self.name], strict=False):
                if deadline.passed():
                    return
                for answer in self._call(chunk, deadline, invocation):
                    self._said(answer, invocation)
                    yield answer
        finally:
            self._running -= 1
            if not station.process.dead:
                station.history.note(Returned(station.scheduler.now_s, invocation, self.name, call))

    def _call(self, chunk: Sequence[Change], deadline: Deadline, invocation: int) -> Iterator[Answer]:
        mine = [change for change in chunk if self.name not in self.truth(change.event_id).skipped_by]
        outcomes = {change.event_id: self._outcome(change, invocation) for change in mine}
        taken = [change for change in mine if isinstance(outcomes[change.event_id], Delivered)]
        plan = self.faults.of_a_call(invocation, deadline.remaining_s())
        yield from (Answer(change, Skipped(reason="none of mine")) for change in chunk if change not in mine)

        def effect() -> None:
            for change in taken:
                self.sink.take(change)

        if not mine:
            return
        try:
            self.station.call(plan.course, plan.timeout_s, effect)
        except (NoAnswerError, CallFailedError) as error:
            if plan.after is AfterCall.RAISE:
                raise
            retry = Retry(cause=Cause(type=type(error).__name__, message=str(error)), after_s=plan.asks_s)
            yield from (Answer(change, plan.refusal or retry) for change in mine)
            return
        yield from self._answers(mine, outcomes, plan.after)

    def _outcome(self, change: Change, invocation: int) -> Outcome:
        if self.name in self.truth(change.event_id).poison_for:
            return Rejected(cause=Cause(type="Poison", message="this sink never takes it"))
        return self.faults.of_an_item(invocation) or DELIVERED

    def _answers(self, changes: Sequence[Change], outcomes: dict[str, Outcome], after: AfterCall) -> Iterator[Answer]:
        for place, change in enumerate(changes):
            outcome = outcomes[change.event_id]
            match after:
                case AfterCall.ANSWER | AfterCall.RAISE:
                    pass
                case AfterCall.RAISE_HALFWAY:
                    if place >= len(changes) // 2:
                        raise ValueError("a bug in the consumer")
                case AfterCall.FORGET_ONE:
                    if place == len(changes) // 2:
                        continue
                case AfterCall.SAY_TWICE:
                    yield Answer(change, outcome)
                    outcome = _otherwise(outcome)
                case _:
                    assert_never(after)
            yield Answer(change, outcome)

    def _said(self, answer: Answer, invocation: int) -> None:
        outcome = answer.outcome
        cause = outcome.cause.type if isinstance(outcome, Retry | Rejected) else ""
        after_s = outcome.after_s if isinstance(outcome, Retry) else None
        now_s, name = self.station.scheduler.now_s, type(outcome).__name__
        self.station.history.note(Said(now_s, invocation, self.name, answer.change.event_id, name, cause, after_s))


def _otherwise(outcome: Outcome) -> Outcome:
    """Return a second answer that must not be heard: after a final one, nothing counts."""
    match outcome:
        case Delivered() | Skipped():
            return Rejected(cause=Cause(type=str(Fault.ANSWERS_TWICE), message="a change of mind"))
        case Rejected():
            return DELIVERED
        case Retry():
            return outcome
        case _:
            assert_never(outcome)


def _shows_too_much(change: Change) -> bool:
    images = [image for image in (change.old_image, change.new_image) if image is not None]
    return bool(change.record) or any(SECRET in image or "@" in str(image.get(MASKED)) for image in images)
