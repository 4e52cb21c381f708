"""One call over the network: when it takes effect, when its answer comes, and whether the caller lives to hear it."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.simulation.history import History, Troubled
from tests.simulation.scenario import Fault
from tests.simulation.scheduler import Process, Scheduler

NEVER_S = 1e12


class NoAnswerError(Exception):
    """A call took longer than its caller could wait. Whether it took effect is not known."""


class CallFailedError(Exception):
    """A call was answered by an error and took no effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What becomes of one call.

    Attributes:
        effect_s: seconds until it takes effect; None: it never does.
        answer_s: seconds until it is answered, the effect before it or not.
        error: what it is answered by, in place of a result.

    """

    effect_s: float | None
    answer_s: float
    error: str | None = None


@dataclass(eq=False, kw_only=True)
class Station:
    """Where calls come from: an environment of a function, at its present invocation.

    Attributes:
        calls_to_live: how many more calls it makes before it crashes; None: it does not.

    """

    process: Process
    scheduler: Scheduler
    history: History
    rng: Random
    invocation: int = -1
    calls_to_live: int | None = None

    def usual(self) -> Course:
        """Return the course of a call that goes well."""
        effect_s = self.rng.uniform(0.001, 0.05)
        return Course(effect_s=effect_s, answer_s=effect_s + self.rng.uniform(0.0, 0.02))

    def call[Result](self, course: Course, timeout_s: float, effect: Callable[[], Result]) -> Result:
        """Make a call.

        Raises:
            NoAnswerError: no answer within `timeout_s`.
            CallFailedError: answered by an error.

        """
        scheduler = self.scheduler
        dies = self._dies()
        if dies and self.rng.random() < 0.5:
            scheduler.kill(self.process)
        results: list[Result] = []
        if course.effect_s is not None:
            scheduler.at(scheduler.now_s + course.effect_s, lambda: results.append(effect()))
        if dies:
            scheduler.kill(self.process)
        scheduler.sleep(min(course.answer_s, timeout_s))
        if course.answer_s > timeout_s:
            raise NoAnswerError(f"no answer within {timeout_s:.2f} s")
        if course.error is not None:
            raise CallFailedError(course.error)
        return results[0]

    def _dies(self) -> bool:
        if self.calls_to_live is None:
            return False
        self.calls_to_live -= 1
        if self.calls_to_live:
            return False
        self.calls_to_live = None
        self.history.note(Troubled(self.scheduler.now_s, self.invocation, "function", Fault.CRASH))
        return True
