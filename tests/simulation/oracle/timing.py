"""Answers in time, patience, and breakers: who waits for whom, and for how long."""

from dataclasses import dataclass, field

from tests.simulation.history import (
    Asked,
    Began,
    Board,
    Failed,
    Given,
    Parked,
    Recalled,
    Replied,
    Returned,
    Said,
    Troubled,
)
from tests.simulation.oracle.finding import Case
from tests.simulation.scenario import Fault

MARGIN_S = 0.1
"""How long before its end an invocation must have answered."""
PROBE_EVERY_S = 5.0
BOARD_TIMEOUT_S = 0.25
MOMENT_S = 0.001


@dataclass(slots=True, kw_only=True)
class _Call:
    given: Given
    said: dict[str, str] = field(default_factory=dict)
    over: bool = False


@dataclass(slots=True, kw_only=True)
class _Invocation:
    began: Began
    open: frozenset[str] = frozenset()
    calls: dict[str, list[_Call]] = field(default_factory=dict)
    troubled: set[str] = field(default_factory=set)
    faults: set[str] = field(default_factory=set)
    asked: set[tuple[str, str]] = field(default_factory=set)
    claimed: set[str] = field(default_factory=set)
    put_away: bool = False


class Timing:
    """I6 and I8."""

    def __init__(self, case: Case) -> None:
        """Judge `case`."""
        self._case = case
        self._invocations: dict[int, _Invocation] = {}
        self._calls: dict[int, _Call] = {}
        self._stuck: dict[tuple[int, str], set[int]] = {}
        self._came_late: set[tuple[int, str]] = set()
        self._probed_at_s: dict[str, float] = {}
        self._late_openings = any(phase.fault is Fault.LEDGER_SLOW for phase in case.scenario.phases)
        """A slow ledger may open a breaker anew long after it was asked to."""

    def on_began(self, happening: Began) -> None:
        self._invocations[happening.invocation] = _Invocation(began=happening)

    def on_recalled(self, happening: Recalled) -> None:
        self._invocations[happening.invocation].open = happening.open

    def on_troubled(self, happening: Troubled) -> None:
        if invocation := self._invocations.get(happening.invocation):
            invocation.troubled.add(happening.place)
            invocation.faults.add(happening.fault)

    def on_given(self, happening: Given) -> None:
        invocation, consumer = self._invocations[happening.invocation], happening.consumer
        call = self._calls[happening.call] = _Call(given=happening)
        invocation.calls.setdefault(consumer, []).append(call)
        place = (happening.environment, consumer)
        self._stuck.setdefault(place, set()).add(happening.call)
        self._came_late.discard(place)
        if consumer in invocation.open:
            worker = invocation.began.function == "retry"
            self._case.claim(worker, "I6", f"{consumer} was asked though its breaker is known to be open")
            self._case.claim(consumer in invocation.claimed, "I6", f"{consumer} was probed out of turn")
            self._case.claim(len(happening.events) == 1, "I6", f"{consumer} was probed by more than one change")

    def on_said(self, happening: Said) -> None:
        invocation = self._invocations[happening.invocation]
        for call in invocation.calls.get(happening.consumer, ()):
            if not call.over and happening.at_s < call.given.ends_at_s:
                call.said.setdefault(happening.event, happening.outcome)

    def on_returned(self, happening: Returned) -> None:
        call = self._calls[happening.call]
        call.over = True
        place = (call.given.environment, happening.consumer)
        self._stuck[place].discard(happening.call)
        if happening.at_s >= call.given.ends_at_s - MOMENT_S:
            self._came_late.add(place)

    def on_board(self, happening: Board) -> None:
        invocation, consumer = self._invocations[happening.invocation], happening.consumer
        invocation.asked.add((consumer, happening.what))
        if happening.what == "open":
            reason = consumer in invocation.troubled or self._hangs(invocation, consumer)
            self._case.claim(reason, "I6", f"the breaker of {consumer} was opened, whose sink was well")
        if happening.what == "close":
            fine = all(_succeeded(call) for call in invocation.calls[consumer][-1:])
            self._case.claim(fine, "I6", f"the breaker of {consumer} was closed, and its probe had not succeeded")
        if happening.what == "claim" and happening.done:
            invocation.claimed.add(consumer)
            since_s = happening.at_s - self._probed_at_s.get(consumer, -PROBE_EVERY_S)
            once = since_s > PROBE_EVERY_S - 1.0 or self._late_openings
            self._case.claim(once, "I6", f"{consumer} was probed twice within {since_s:.1f} s")
            self._probed_at_s[consumer] = happening.at_s

    def on_parked(self, happening: Parked) -> None:
        invocation = self._invocations.get(happening.invocation)
        if invocation is None or invocation.began.function != "stream":
            return
        consumer = happening.consumer
        reason = consumer in invocation.troubled or consumer in invocation.open or self._hangs(invocation, consumer)
        poison = self._case.scenario.chance(Fault.POISON) > 0 and happening.cause == "MassRejection"
        self._case.claim(reason or poison, "I6", f"{consumer}, whose sink was well, had a change parked")

    def _hangs(self, invocation: _Invocation, consumer: str) -> bool:
        """Return whether a thread of an earlier call may still run: its end is not seen, only that of the call."""
        place = (invocation.began.environment, consumer)
        return bool(self._stuck.get(place)) or place in self._came_late

    def on_asked(self, happening: Asked) -> None:
        """Nothing is put away later than the fan-out may last, with the breakers opened after it."""
        invocation, patience_s = self._invocations[happening.invocation], self._case.scenario.patience_s
        given = [call.given for calls in invocation.calls.values() for call in calls]
        if invocation.began.function == "stream" and given and not invocation.put_away:
            board_s = BOARD_TIMEOUT_S * len(self._case.scenario.consumers)
            longest_s = max(patience_s[each.consumer] for each in given) + board_s + MOMENT_S
            lasted_s = happening.at_s - min(each.at_s for each in given)
            fine = lasted_s <= longest_s or Fault.OVERRUN in invocation.faults
            self._case.claim(fine, "I6", f"the fan-out lasted {lasted_s:.1f} s")
        invocation.put_away = True

    def on_replied(self, happening: Replied) -> None:
        invocation = self._invocations[happening.invocation]
        late = happening.at_s > invocation.began.ends_at_s - MARGIN_S
        self._case.claim(not late or Fault.OVERRUN in invocation.faults, "I8", "the answer left too late")
        for consumer, calls in invocation.calls.items():
            self._breaker_was_minded(invocation, consumer, calls)

    def on_failed(self, happening: Failed) -> None:
        invocation = self._invocations[happening.invocation]
        excused = {
            "crashed": Fault.CRASH in invocation.faults,
            "timed out": Fault.OVERRUN in invocation.faults,
            "lost": True,
        }
        self._case.claim(excused.get(happening.why, False), "I8", f"an invocation {happening.why}")

    def _breaker_was_minded(self, invocation: _Invocation, consumer: str, calls: list[_Call]) -> None:
        """A consumer that used up its patience has its breaker opened; one whose probe succeeded has it closed."""
        last = calls[-1]
        if not last.over and consumer not in invocation.open:
            opened = (consumer, "open") in invocation.asked
            self._case.claim(opened, "I6", f"{consumer} used up its patience, and its breaker stays closed")
        wanted = calls[0].given.events
        said = {event: outcome for call in calls for event, outcome in call.said.items() if outcome != "Retry"}
        if consumer in invocation.open and all(event in said for event in wanted) and last.over:
            closed = (consumer, "close") in invocation.asked
            self._case.claim(closed, "I6", f"the probe of {consumer} succeeded, and its breaker stays open")


def _succeeded(call: _Call) -> bool:
    """Return whether the sink took or refused all that a call was given."""
    return all(call.said.get(event, "Retry") != "Retry" for event in call.given.events)
