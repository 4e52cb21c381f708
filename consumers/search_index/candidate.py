"""The candidate: the index that a reindex fills, and that takes every write beside the live one.

It is announced by its alias, ``<alias>-candidate``, which a reindex makes together with the index. Whoever writes looks
for it, and remembers what it saw for `REMEMBERED_S`: a reindex waits that long, and until the invocations that began
before have ended, before it relies on the double writes.
"""

from typing import NamedTuple

from opensearchpy import OpenSearch

from stream_processor.deadline import Deadline

REMEMBERED_S = 10.0
"""Looking costs a call of some milliseconds."""
LOOK_S = 5.0


def candidate_alias(alias: str) -> str:
    """Return the alias of the candidate of the index behind `alias`."""
    return f"{alias}-candidate"


class Indexes(NamedTuple):
    """What the aliases stand for.

    Attributes:
        live: the index behind the alias; None where that is not exactly one.
        candidate: the candidate's alias; None where there is no candidate.

    """

    live: str | None
    candidate: str | None


class CandidateWatch:
    """Knows whether there is a candidate."""

    def __init__(self, client: OpenSearch, alias: str) -> None:
        """Watch for the candidate of the index behind `alias`."""
        self._client = client
        self._alias = alias
        self._seen = Indexes(None, None)
        self._looked_at_s: float | None = None

    def look(self, deadline: Deadline) -> Indexes:
        """Return what the aliases stand for, as it was at most `REMEMBERED_S` ago.

        Raises:
            opensearchpy.exceptions.OpenSearchException: the cluster does not say. Nothing may be written then: a
                candidate that missed a change would not be the table.

        """
        now_s = deadline.clock.monotonic_s()
        if self._looked_at_s is None or now_s - self._looked_at_s >= REMEMBERED_S:
            timeout_s = min(deadline.remaining_s(), LOOK_S)
            found = self._client.indices.get_alias(name=f"{self._alias}*", request_timeout=timeout_s)
            live = [index for index, of_index in found.items() if self._alias in of_index["aliases"]]
            candidate = candidate_alias(self._alias)
            there = any(candidate in of_index["aliases"] for of_index in found.values())
            self._seen = Indexes(live[0] if len(live) == 1 else None, candidate if there else None)
            self._looked_at_s = now_s
        return self._seen
