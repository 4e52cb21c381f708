"""What goes wrong at one sink: per phase, per call and per item."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from random import Random

from stream_processor.outcome import Cause, Outcome, Rejected, Retry
from tests.simulation.network import NEVER_S, Course, Station
from tests.simulation.scenario import Fault, Scenario
from tests.simulation.weather import Weather

OF_A_CALL = (
    Fault.CALL_FAILS,
    Fault.ANSWER_LOST,
    Fault.EFFECT_LATE,
    Fault.RAISES,
    Fault.FORGETS,
    Fault.ANSWERS_TWICE,
)
MASS_CAUSE = "BadMapping"
LATEST_EFFECT_S = 300.0
LONGEST_STUCK_S = 3600.0


class AfterCall(Enum):
    """How a consumer goes on once its call has ended."""

    ANSWER = auto()
    RAISE = auto()
    RAISE_HALFWAY = auto()
    FORGET_ONE = auto()
    SAY_TWICE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPlan:
    """What becomes of one call of a sink.

    Attributes:
        timeout_s: how long the consumer waits; longer than its deadline where it is stuck.
        refusal: what the consumer makes of a failed call, where it is not the plain Retry.
        asks_s: how long the sink asks to be left alone.

    """

    course: Course
    timeout_s: float
    after: AfterCall = AfterCall.ANSWER
    refusal: Outcome | None = None
    asks_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class SinkFaults:
    """Draws the faults of one consumer's sink."""

    name: str
    scenario: Scenario
    station: Station
    weather: Weather
    rng: Random

    def of_an_item(self, invocation: int) -> Outcome | None:
        """Return why the sink does not take an item now, if so."""
        phase = self.weather.phase(self.name)
        if phase is Fault.REJECTS_ALL:
            self._felt(invocation, phase)
            return Rejected(cause=Cause(type=MASS_CAUSE, message="a field of another type"))
        if phase is Fault.THROTTLES and self.rng.random() < 0.7:
            self._felt(invocation, phase)
            return Retry(
                cause=Cause(type="Throttled", message="slow down"), after_s=self.rng.choice((None, 0.5, 30.0, 2000.0))
            )
        if self.weather.strikes(Fault.ITEM_FAILS):
            self._felt(invocation, Fault.ITEM_FAILS)
            return Retry(cause=Cause(type="Busy", message="this one not now"))
        return None

    def of_a_call(self, invocation: int, remaining_s: float) -> CallPlan:
        """Return what becomes of a call; `remaining_s`: what is left of the consumer's patience."""
        rng, usual, phase = self.rng, self.station.usual(), self.weather.phase(self.name)
        plan = CallPlan(course=usual, timeout_s=remaining_s)
        failed = replace(usual, effect_s=None, error="refused")
        match phase:
            case Fault.DOWN:
                plan = replace(plan, course=failed, after=rng.choice((AfterCall.RAISE, AfterCall.ANSWER)))
            case Fault.FORBIDDEN | Fault.MISSING:
                code = "403" if phase is Fault.FORBIDDEN else "404"
                plan = replace(plan, course=failed, refusal=Retry(cause=Cause(type=code, message="our configuration")))
            case Fault.HANGS:
                effect_s = rng.choice((None, 0.1, rng.uniform(0.0, LATEST_EFFECT_S)))
                plan = replace(plan, course=Course(effect_s=effect_s, answer_s=NEVER_S))
            case Fault.SLOW:
                effect_s = rng.uniform(0.2, 1.2) * self.scenario.patience_s[self.name]
                plan = replace(plan, course=Course(effect_s=effect_s, answer_s=effect_s))
            case Fault.STUCK:
                stuck_s = rng.uniform(0.0, LONGEST_STUCK_S)
                course = Course(effect_s=rng.choice((None, 0.1, stuck_s)), answer_s=stuck_s, error="stuck")
                plan = replace(plan, course=course, timeout_s=NEVER_S)
            case _:
                return self._by_chance(plan, invocation)
        self._felt(invocation, phase)
        return plan

    def _by_chance(self, plan: CallPlan, invocation: int) -> CallPlan:
        fault = next((fault for fault in OF_A_CALL if self.weather.strikes(fault)), None)
        if fault is None:
            return plan
        course, rng = plan.course, self.rng
        after = rng.choice((AfterCall.RAISE, AfterCall.ANSWER))
        match fault:
            case Fault.ANSWERS_TWICE:
                return replace(plan, after=AfterCall.SAY_TWICE)
            case Fault.CALL_FAILS:
                failed, asks_s = replace(course, effect_s=None, error="5xx"), rng.choice((None, 1.0, 60.0))
                plan = replace(plan, course=failed, after=after, asks_s=asks_s)
            case Fault.ANSWER_LOST:
                plan = replace(plan, course=replace(course, error="connection reset"), after=after)
            case Fault.EFFECT_LATE:
                late = Course(effect_s=rng.uniform(0.0, LATEST_EFFECT_S), answer_s=NEVER_S)
                plan = replace(plan, course=late, after=after)
            case Fault.RAISES:
                plan = replace(plan, after=AfterCall.RAISE_HALFWAY)
            case _:
                plan = replace(plan, after=AfterCall.FORGET_ONE)
        self._felt(invocation, fault)
        return plan

    def _felt(self, invocation: int, fault: Fault) -> None:
        self.weather.troubled(invocation, self.name, fault)
