"""One bulk request: its lines out, each item's own answer in."""

import json
from collections.abc import Mapping, Sequence
from gzip import compress
from typing import Any, NamedTuple

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, TransportError

from consumers.search_index.answers import outcome_of_item, outcome_of_request
from stream_processor.outcome import Cause, Outcome, Rejected, Retry

GZIP_LEVEL = 1
"""A bulk of documents shrinks to a third in a few milliseconds a megabyte; higher levels cost more than they save."""
NO_ANSWER = Cause(type="NoAnswer", message="OpenSearch answered, but not for this change")
ITEM_PATHS = ",".join(
    f"items.*.{name}" for name in ("status", "error", "result", "_id", "_index", "_seq_no", "_primary_term")
)


class Answered(NamedTuple):
    """What became of one item; `item` is OpenSearch's own answer, None where there is none."""

    outcome: Outcome
    item: Mapping[str, Any] | None


class BulkSender:
    """Sends bulk requests."""

    def __init__(self, client: OpenSearch, *, gzip: bool) -> None:
        """Use `client`."""
        self._client = client
        self._gzip = gzip

    def send(self, target: str, lines: Sequence[bytes], timeout_s: float, *, by_alias: bool = True) -> list[Outcome]:
        """Send items, each its one or two lines, to `target`; return each item's outcome."""
        return [answer.outcome for answer in self.answers(target, lines, timeout_s, by_alias=by_alias)]

    def answers(
        self, target: str, lines: Sequence[bytes], timeout_s: float, *, by_alias: bool = True
    ) -> list[Answered]:
        """As `send`, with OpenSearch's own words.

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
            answers = [Answered(outcome_of_item(item), item) for action in items for item in action.values()]
            return answers + [Answered(Retry(cause=NO_ANSWER), None)] * (len(lines) - len(answers))
        if isinstance(outcome, Rejected) and len(lines) > 1:
            middle = len(lines) // 2
            halves = (lines[:middle], lines[middle:])
            return [each for half in halves for each in self.answers(target, half, timeout_s, by_alias=by_alias)]
        return [Answered(outcome, None)] * len(lines)

    def _bulk(self, target: str, body: bytes, timeout_s: float, *, by_alias: bool) -> Sequence[Mapping[str, Any]]:
        # Not client.bulk: it puts a line end behind a body that has none, and so behind a compressed one.
        answer = self._client.transport.perform_request(
            "POST",
            f"/{target}/_bulk",
            params={"require_alias": str(by_alias).lower(), "filter_path": ITEM_PATHS},
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
