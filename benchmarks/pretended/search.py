"""OpenSearch: the real client, over a connection that goes nowhere."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.connection import Connection

from benchmarks.pretended.toll import Toll

ALIAS = "documents"
REFUSED = {"type": "mapper_parsing_exception", "reason": "failed to parse"}


class PretendedConnection(Connection):
    """One index behind an alias; it takes documents in bulk, two lines an action, or one by one."""

    def __init__(self, *, toll: Toll, **settings: Any) -> None:
        """Charge `toll`."""
        super().__init__(**settings)
        self._toll = toll
        self._writes = 0

    def perform_request(self, method: str, url: str, params: Any = None, body: Any = None, *_: Any, **__: Any) -> Any:  # noqa: ARG002
        """Answer a request."""
        if url.endswith("/_bulk"):
            return 200, {}, json.dumps({"items": list(self._items(body))})
        self._toll.pay()
        if method == "GET" and "/_alias/" in url:
            return 200, {}, json.dumps({f"{ALIAS}-v1": {"aliases": {ALIAS: {}}}})
        if method in ("PUT", "POST"):
            document_id = url.rpartition("/")[2]
            if not self._toll.takes(document_id):
                self._raise_error(400, json.dumps({"error": REFUSED, "status": 400}), "application/json")
            return 201, {}, json.dumps({"_id": document_id, "result": "created"})
        return self._raise_error(404, "{}", "application/json")

    def _items(self, body: bytes) -> Iterator[Mapping[str, Any]]:
        heads = body.splitlines()[::2]
        self._toll.pay(documents=len(heads))
        for head in heads:
            ((action, about),) = json.loads(head).items()
            self._writes += 1
            answer = {"_index": f"{ALIAS}-v1", "_id": about["_id"]}
            if self._toll.takes(about["_id"]):
                answer |= {"status": 200, "result": "updated", "_seq_no": self._writes, "_primary_term": 1}
            else:
                answer |= {"status": 400, "error": REFUSED}
            yield {action: answer}

    def close(self) -> None:
        """Nothing is open."""


def pretended_search(toll: Toll) -> OpenSearch:
    """Return a client."""
    return OpenSearch(hosts=[{"host": "pretended"}], connection_class=PretendedConnection, toll=toll, max_retries=0)
