"""One bulk request: its lines out, each item's own answer in."""

import json
from collections.abc import Mapping, Sequence
from gzip import compress
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, TransportError

from consumers.search_index.answers import outcome_of_item, outcome_of_request
from stream_processor.outcome import Cause, Outcome, Rejected, Retry

GZIP_LEVEL = 1
"""A bulk of documents shrinks to a third in a few milliseconds a megabyte; higher levels cost more than they save."""
NO_ANSWER = Cause(type="NoAnswer", message="OpenSearch answered, but not for this change")


class BulkSender:
    """Sends bulk requests."""

    def __init__(self, client: OpenSearch, *, gzip: bool) -> None:
        """Use `client`."""
        self._client = client
        self._gzip = gzip

    def send(self, target: str, lines: Sequence[bytes], timeout_s: float, *, by_alias: bool = True) -> list[Outcome]:
        """Send items, each its one or two lines, to `target`; return each item's outcome.

        With `by_alias` the target must be an alias: an index that was deleted is not made again by accident. What
        cannot be parsed spoils a request whole; it is then taken apart until the guilty item stands alone.
        """
        try:
            items = self._bulk(target, b"".join(lines), timeout_s, by_alias=by_alias)
        except TransportError as error:
            outcome = outcome_of_request(error)
        except OpenSearchException as error:  # an answer that is no JSON: a proxy's, or one cut short
            outcome = Retry(cause=Cause.of(error))
        else:
            outcomes = [outcome_of_item(next(iter(item.values()))) for item in items]
            return outcomes + [Retry(cause=NO_ANSWER)] * (len(lines) - len(outcomes))
        if isinstance(outcome, Rejected) and len(lines) > 1:
            middle = len(lines) // 2
            halves = (lines[:middle], lines[middle:])
            return [each for half in halves for each in self.send(target, half, timeout_s, by_alias=by_alias)]
        return [outcome] * len(lines)

    def _bulk(self, target: str, body: bytes, timeout_s: float, *, by_alias: bool) -> Sequence[Mapping[str, Any]]:
        # Not client.bulk: it puts a line end behind a body that has none, and so behind a compressed one.
        answer = self._client.transport.perform_request(
            "POST",
            f"/{target}/_bulk",
            params={"require_alias": str(by_alias).lower(), "filter_path": "items.*.status,items.*.error"},
            headers={"content-encoding": "gzip"} if self._gzip else None,
            body=compress(body, GZIP_LEVEL) if self._gzip else body,
            timeout=timeout_s,
        )
        items: Sequence[Mapping[str, Any]] = answer.get("items", [])
        return items


def json_line(value: object) -> bytes:
    """Return a value as one line of a request.

    Raises:
        UnicodeEncodeError: it holds half of a surrogate pair, which no UTF-8 can.

    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
