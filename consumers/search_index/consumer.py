"""The search index: every change becomes an update of the document's entry, if it is newer than the entry."""

from collections.abc import Iterator, Sequence
from gzip import compress
from operator import attrgetter
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, TransportError

from consumers.search_index.answers import outcome_of_item, outcome_of_request
from consumers.search_index.bulk import Action, action, requests
from consumers.search_index.client import AUTHS, open_search
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment
from stream_processor.outcome import Cause, Outcome, Rejected, Retry

MAX_CALL_S = 10.0
"""A bulk request that takes longer is given up; sending it again does no harm."""
GZIP_LEVEL = 1
"""A bulk of documents shrinks to a third in a few milliseconds a megabyte; higher levels cost more than they save."""
NOT_UTF8 = Cause(type="NotUtf8", message="the document holds half of a surrogate pair")
NO_ANSWER = Cause(type="NoAnswer", message="OpenSearch answered, but not for this change")


def build(environment: Environment, aws: AwsClients) -> "SearchIndex":
    """Make the consumer from FANOUT_SEARCH_ENDPOINT, _INDEX, _AUTH and _GZIP (on, off; on for https by default).

    Raises:
        ConfigurationError: a setting is missing or wrong.

    """
    endpoint = environment.url("FANOUT_SEARCH_ENDPOINT")
    auth = environment.choice("FANOUT_SEARCH_AUTH", AUTHS)
    gzip = environment.choice("FANOUT_SEARCH_GZIP", ["on", "off"], "on" if endpoint.startswith("https:") else "off")
    return SearchIndex(
        open_search(endpoint, auth, aws.session),
        alias=environment.text("FANOUT_SEARCH_INDEX", "documents"),
        gzip=gzip == "on",
    )


class SearchIndex:
    """Brings changes to an index, through its alias."""

    name = "search_index"

    def __init__(self, client: OpenSearch, *, alias: str, gzip: bool) -> None:
        """Take the alias of an index that `consumers.search_index.index.create_index` made."""
        self._client = client
        self._alias = alias
        self._gzip = gzip

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Index `changes`; see `stream_processor.consumer.Consumer`, and `consumers.search_index.answers`.

        Of several changes of one document only the newest is sent, and its outcome is the others' too: with it in
        the index they could no longer change anything. When it is rejected, its predecessor takes its place.
        """
        waiting: dict[str, list[Change]] = {}
        for change in sorted(changes, key=attrgetter("order_key")):
            waiting.setdefault(change.document_id, []).append(change)
        while waiting and not deadline.passed():
            newest = [of_document[-1] for of_document in waiting.values()]
            for change, outcome in self._deliver_newest(newest, deadline):
                of_document = waiting[change.document_id]
                if isinstance(outcome, Rejected):
                    yield Answer(of_document.pop(), outcome)
                else:
                    yield from (Answer(each, outcome) for each in of_document)
                    of_document.clear()
            waiting = {document_id: rest for document_id, rest in waiting.items() if rest}

    def _deliver_newest(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        actions = []
        for change in changes:
            try:
                actions.append(action(change))
            except UnicodeEncodeError:
                yield Answer(change, Rejected(cause=NOT_UTF8))
        for request in requests(actions):
            yield from self._send(request, deadline)

    def _send(self, request: Sequence[Action], deadline: Deadline) -> Iterator[Answer]:
        remaining_s = deadline.remaining_s()
        if remaining_s <= 0:
            return
        try:
            items = self._bulk(b"".join(each.lines for each in request), min(remaining_s, MAX_CALL_S))
        except TransportError as error:
            yield from self._failed(request, outcome_of_request(error), deadline)
            return
        except OpenSearchException as error:  # an answer that is no JSON: a proxy's, or one cut short
            yield from self._failed(request, Retry(cause=Cause.of(error)), deadline)
            return
        for position, each in enumerate(request):
            outcome = outcome_of_item(items[position]["update"]) if position < len(items) else Retry(cause=NO_ANSWER)
            yield Answer(each.change, outcome)

    def _failed(self, request: Sequence[Action], outcome: Outcome, deadline: Deadline) -> Iterator[Answer]:
        if isinstance(outcome, Rejected) and len(request) > 1:
            middle = len(request) // 2
            yield from self._send(request[:middle], deadline)
            yield from self._send(request[middle:], deadline)
            return
        for each in request:
            yield Answer(each.change, outcome)

    def _bulk(self, body: bytes, timeout_s: float) -> Sequence[Any]:
        # Not client.bulk: it puts a line end behind a body that has none, and so behind a compressed one.
        answer = self._client.transport.perform_request(
            "POST",
            f"/{self._alias}/_bulk",
            params={"require_alias": "true", "filter_path": "items.*.status,items.*.error"},
            headers={"content-encoding": "gzip"} if self._gzip else None,
            body=compress(body, GZIP_LEVEL) if self._gzip else body,
            timeout=timeout_s,
        )
        items: Sequence[Any] = answer.get("items", [])
        return items
