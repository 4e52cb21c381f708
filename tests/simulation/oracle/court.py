"""Puts a run before all checks."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.simulation import history
from tests.simulation.oracle.answering import Answering
from tests.simulation.oracle.classifying import Classifying
from tests.simulation.oracle.ending import Ending
from tests.simulation.oracle.finding import Finding, case_of
from tests.simulation.oracle.handing_over import HandingOver
from tests.simulation.oracle.newest_wins import NewestWins
from tests.simulation.oracle.timing import Timing
from tests.simulation.oracle.whereabouts import Whereabouts
from tests.simulation.world import Run

KINDS = tuple(kind for kind in vars(history).values() if isinstance(kind, type) and hasattr(kind, "_fields"))


def judge(run: Run) -> list[Finding]:
    """Return all that was wrong in a run, in order."""
    case = case_of(run)
    whereabouts, newest = Whereabouts(case), NewestWins(case)
    ending = Ending(case, whereabouts, newest)
    checks = (
        whereabouts,
        newest,
        HandingOver(case, whereabouts),
        Timing(case),
        Classifying(case),
        Answering(case),
        ending,
    )
    handlers: defaultdict[type, list[Callable[[Any], None]]] = defaultdict(list)
    for check in checks:
        for kind in KINDS:
            handler = getattr(check, f"on_{kind.__name__.lower()}", None)
            if handler is not None:
                handlers[kind].append(handler)
    for place, happening in enumerate(run.history.happenings):
        case.place = place
        for handler in handlers[type(happening)]:
            handler(happening)
    ending.end()
    return case.findings
