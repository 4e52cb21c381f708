"""A verification in words."""

from collections.abc import Iterator
from datetime import UTC, datetime

from consumers.audit_log.trail.verification import Verified

MOST_SHOWN = 50
UNSEALED = (
    "Where no seal covers the log, chains and table show what they can; they cannot show that a document was created "
    "and deleted again, or a change made and undone, and both events taken out of the log."
)


def told(verified: Verified) -> Iterator[str]:
    """Yield what was read, what is wrong, and what is proven from when to when."""
    yield (
        f"{verified.events} events of {verified.documents} documents"
        + (f", {verified.repeats} lines that repeat one (delivered twice: harmless)" if verified.repeats else "")
        + (f"; {verified.begun_before} documents are older than what was read" if verified.begun_before else "")
    )
    for finding in verified.findings[:MOST_SHOWN]:
        yield f"  {finding.kind.value}: {finding.text}"
    more = sum(verified.counts.values()) - min(len(verified.findings), MOST_SHOWN)
    if more:
        kinds = ", ".join(f"{count} {kind.value}" for kind, count in sorted(verified.counts.items()))
        yield f"  and {more} more; in all: {kinds}"
    for proven in verified.proven:
        yield f"proven by {proven.seals} seals: what was logged from {_time(proven.from_ms)} to {_time(proven.to_ms)}"
    if verified.unsealed is None:
        yield "Seals are about all documents: they were not looked at."
    elif verified.unsealed:
        yield f"not sealed: {verified.unsealed} lines. {UNSEALED}"
    yield "The trail holds." if verified.holds else "The trail does NOT hold."


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
