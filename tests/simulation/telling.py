"""A failing seed, told shortly: what was found, and what led to it."""

from collections.abc import Iterator, Mapping, Sequence

from tests.simulation.history import Happening
from tests.simulation.oracle.finding import Finding
from tests.simulation.world import Run

MOST_LINES = 40
FIRST_WORDS = 12
"""Findings whose first characters are the same are told once."""
SHOWN = 200
"""Most characters of a value."""


def tell(run: Run, findings: Sequence[Finding], *, findings_shown: int = 3) -> Iterator[str]:
    """Yield lines: the scenario, then each of the first findings with the happenings that have to do with it."""
    scenario = run.scenario
    yield f"seed {scenario.seed}: {len(findings)} findings, {len(run.writes)} writes, {', '.join(scenario.consumers)}"
    for phase in scenario.phases:
        yield f"  phase {phase.place}: {phase.fault} from {phase.begins_s:.0f} s to {phase.ends_s:.0f} s"
    yield "  chances " + ", ".join(f"{fault}={chance:.2f}" for fault, chance in scenario.chances.items())
    kinds = {(finding.invariant, finding.what[:FIRST_WORDS]): finding for finding in reversed(findings)}
    for finding in list(reversed(kinds.values()))[:findings_shown]:
        yield f"[{finding.invariant}] {finding.what}"
        for place in _related(run.history.happenings, finding):
            yield f"  {'>' if place == finding.place else ' '} {_line(run.history.happenings[place])}"


def _related(happenings: Sequence[Happening], finding: Finding) -> list[int]:
    """Return the places of what shares an invocation, an event or a message with the finding, up to it."""
    subject = happenings[finding.place]
    invocation = getattr(subject, "invocation", -1)
    words = {word for word in finding.what.replace("(", " ").replace(")", " ").split() if len(word) == 32}
    words |= {str(getattr(subject, "event", None))} - {"None"}
    related = [
        place
        for place, happening in enumerate(happenings[: finding.place + 1])
        if getattr(happening, "invocation", -2) == invocation or words & _events(happening)
    ]
    return related[-MOST_LINES:]


def _events(happening: Happening) -> set[str]:
    events = set(getattr(happening, "events", ()))
    return events | {str(getattr(happening, "event", None))}


def _line(happening: Happening) -> str:
    fields = happening._asdict()
    at_s = fields.pop("at_s")
    fields.pop("record", None)
    told = " ".join(f"{name}={_short(value)}" for name, value in fields.items())
    return f"{at_s:12.3f} {type(happening).__name__:9} {told}"


def _short(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, Mapping):
        value = {str(key)[:8]: sorted(each) if isinstance(each, frozenset) else each for key, each in value.items()}
    if isinstance(value, tuple):
        value = "[" + " ".join(str(each)[:8] for each in value) + "]"
    if isinstance(value, frozenset):
        value = sorted(value)
    text = str(value)
    return text[:8] if len(text) == 32 else text[:SHOWN]
