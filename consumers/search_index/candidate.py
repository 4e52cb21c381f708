"""The candidate: the index that a reindex fills, and that takes every write beside the live one.

It is announced by its alias, ``<alias>-candidate``, which a reindex makes together with the index. Whoever writes looks
for it, and remembers what it saw for `REMEMBERED_S`: a reindex waits that long, and until the invocations that began
before have ended, before it relies on the double writes.
"""

from opensearchpy import OpenSearch

from stream_processor.deadline import Deadline

REMEMBERED_S = 10.0
"""Looking costs a call of some milliseconds."""
LOOK_S = 5.0


def candidate_alias(alias: str) -> str:
    """Return the alias of the candidate of the index behind `alias`."""
    return f"{alias}-candidate"


class CandidateWatch:
    """Knows whether there is a candidate."""

    def __init__(self, client: OpenSearch, alias: str) -> None:
        """Watch for the candidate of the index behind `alias`."""
        self._client = client
        self._alias = candidate_alias(alias)
        self._there = False
        self._looked_at_s: float | None = None

    def look(self, deadline: Deadline) -> str | None:
        """Return the candidate's alias, or None where there is none.

        Raises:
            opensearchpy.exceptions.OpenSearchException: the cluster does not say. Nothing may be written then: a
                candidate that missed a change would not be the table.

        """
        now_s = deadline.clock.monotonic_s()
        if self._looked_at_s is None or now_s - self._looked_at_s >= REMEMBERED_S:
            timeout_s = min(deadline.remaining_s(), LOOK_S)
            self._there = bool(self._client.indices.exists_alias(name=self._alias, request_timeout=timeout_s))
            self._looked_at_s = now_s
        return self._alias if self._there else None
