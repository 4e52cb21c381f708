"""One cause that rejects a large part of a batch lies in the sink or in our configuration, not in the changes (I7)."""

from collections import Counter
from collections.abc import Mapping

from stream_processor.outcome import Cause, Outcome, Rejected, Retry

LEAST = 5
"""Fewer rejections than this may be a coincidence."""
SHARE = 0.5
MASS_REJECTION = "MassRejection"
"""The cause's type under which such changes are parked, so that the retry worker knows them."""


def without_mass_rejection(outcomes: Mapping[str, Outcome]) -> Mapping[str, Outcome]:
    """Return the outcomes, with Retry in place of Rejected for a cause (by type) that rejected half a batch or more.

    A wrong mapping or a wrong permission that looks like a fault of each document would otherwise empty the whole
    stream into the failures bucket; parked, the changes are delivered once it is mended.
    """
    rejected = Counter(outcome.cause.type for outcome in outcomes.values() if isinstance(outcome, Rejected))
    in_mass = {cause for cause, count in rejected.items() if count >= max(LEAST, len(outcomes) * SHARE)}
    if not in_mass:
        return outcomes
    return {
        event_id: Retry(cause=_mass_rejection(outcome.cause))
        if isinstance(outcome, Rejected) and outcome.cause.type in in_mass
        else outcome
        for event_id, outcome in outcomes.items()
    }


def _mass_rejection(cause: Cause) -> Cause:
    return Cause(type=MASS_REJECTION, message=f"{cause.type}: {cause.message}")
