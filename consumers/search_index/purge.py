"""Remove tombstones that nothing can need any more.

The stream keeps a change for 24 hours: an older one that could bring a deleted document back comes as a repair, which
reads the table. The margin is for clocks, and for a backfill's page that was read before the deletion.
"""

from opensearchpy import OpenSearch

HOUR_MS = 3600 * 1000
KEEP_MS = 72 * HOUR_MS
CALL_S = 600.0


def purge_tombstones(client: OpenSearch, alias: str, *, now_ms: int, keep_ms: int = KEEP_MS) -> int:
    """Remove the tombstones of documents deleted more than `keep_ms` ago; return how many.

    One that changes meanwhile (the document is back) stays.

    Raises:
        opensearchpy.exceptions.OpenSearchException: the cluster refuses or does not answer.

    """
    (index,) = client.indices.get_alias(name=alias)
    old = [{"term": {"deleted": True}}, {"range": {"deleted_at": {"lt": now_ms - keep_ms, "format": "epoch_millis"}}}]
    client.indices.refresh(index=index)
    answer = client.delete_by_query(
        index=index,  # by name: the alias hides them
        body={"query": {"bool": {"filter": old}}},
        params={"conflicts": "proceed", "refresh": "true"},
        request_timeout=CALL_S,
    )
    return int(answer["deleted"])
