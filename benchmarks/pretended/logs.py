"""CloudWatch Logs."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.pretended.errors import client_error
from benchmarks.pretended.toll import Toll


class PretendedLogs:
    """One log group; an event is JSON with a document id. One event that it refuses spoils its whole call."""

    def __init__(self, toll: Toll) -> None:
        """Charge `toll`."""
        self._toll = toll

    def create_log_stream(self, **_: Any) -> None:
        """Make a stream."""
        self._toll.pay(documents=0)

    def put_log_events(self, *, logEvents: Sequence[Mapping[str, Any]], **_: Any) -> dict[str, Any]:  # noqa: N803
        """Take events, all or none."""
        self._toll.pay(documents=len(logEvents))
        if self._toll.looks:
            document_ids = [json.loads(event["message"])["document_id"] for event in logEvents]
            if self._toll.refuses is not None and any(map(self._toll.refuses, document_ids)):
                raise client_error("InvalidParameterException", 400)
            for document_id in document_ids:
                self._toll.takes(document_id)
        return {}
