"""The search index: every change becomes an update of the document's entry, if it is newer than the entry."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException

from consumers.search_index.bulk import Action, action, requests
from consumers.search_index.candidate import CandidateWatch
from consumers.search_index.client import AUTHS, open_search, search_auth
from consumers.search_index.memory import Memory
from consumers.search_index.notes import Notes
from consumers.search_index.repair import NOT_UTF8, KeyRepair, KeyToMend, is_conflict
from consumers.search_index.sending import BulkSender
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.adapters.lanes import in_lanes
from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment
from stream_processor.outcome import Cause, Delivered, Outcome, Rejected, Retry
from stream_processor.projection import Projection
from stream_processor.settings import read_projection
from stream_processor.typed_json import typed_image

MAX_CALL_S = 10.0
"""A bulk request that takes longer is given up; sending it again does no harm."""
REQUESTS_AT_ONCE = 2
"""While the cluster works on one request, the next is on its way. More would only queue at the shard."""
CANDIDATE_MISSED = Cause(type="CandidateMissed", message="the index that a reindex fills missed the change")


def build(environment: Environment, aws: AwsClients) -> "SearchIndex":
    """Make the consumer from FANOUT_SEARCH_ENDPOINT, _INDEX, _AUTH and _GZIP (on, off; on for https by default).

    Raises:
        ConfigurationError: a setting is missing or wrong.

    """
    endpoint = environment.url("FANOUT_SEARCH_ENDPOINT")
    auth = environment.choice("FANOUT_SEARCH_AUTH", AUTHS)
    gzip = environment.choice("FANOUT_SEARCH_GZIP", ["on", "off"], "on" if endpoint.startswith("https:") else "off")
    return SearchIndex(
        open_search(endpoint, search_auth(auth, environment, aws)),
        table=DocumentsTable(aws.dynamodb, environment.text("FANOUT_DOCUMENTS_TABLE")),
        projection=read_projection(environment, "FANOUT_PROJECTION_SEARCH_INDEX"),
        alias=environment.text("FANOUT_SEARCH_INDEX", "documents"),
        gzip=gzip == "on",
    )


class SearchIndex:
    """Brings changes to an index, through its alias, and to the candidate while there is one."""

    name = "search_index"

    def __init__(
        self, client: OpenSearch, *, table: DocumentsTable, projection: Projection, alias: str, gzip: bool
    ) -> None:
        """Take the alias of an index that `consumers.search_index.index.create_index` made."""
        self._sender = BulkSender(client, gzip=gzip)
        self._repair = KeyRepair(client, table, projection, gzip=gzip)
        self._candidate = CandidateWatch(client, alias)
        self._notes = Notes(client, alias)
        self._memory = Memory()
        self._alias = alias

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Index `changes`; see `stream_processor.consumer.Consumer`, and `consumers.search_index.answers`.

        Of several changes of one document only the newest is sent, and its outcome is the others' too: with it in
        the index they could no longer change anything. When it is rejected, its predecessor takes its place.
        """
        if deadline.passed():
            return
        try:
            live, candidate = self._candidate.look(deadline)
        except OpenSearchException as error:
            yield from (Answer(change, Retry(cause=Cause.of(error))) for change in changes)
            return
        self._memory.in_index(None if candidate else live)
        waiting: dict[str, list[Change]] = {}
        for change in sorted(changes, key=attrgetter("order_key")):
            waiting.setdefault(change.document_id, []).append(change)
        while waiting and not deadline.passed():
            newest = [of_document[-1] for of_document in waiting.values()]
            for change, outcome in self._deliver_newest(newest, candidate, deadline):
                of_document = waiting[change.document_id]
                if isinstance(outcome, Rejected):
                    yield Answer(of_document.pop(), outcome)
                else:
                    yield from (Answer(each, outcome) for each in of_document)
                    of_document.clear()
            waiting = {document_id: rest for document_id, rest in waiting.items() if rest}

    def redeliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Bring each changed document's entry to the table's present state (`consumers.search_index.repair`)."""
        if deadline.passed():
            return
        try:
            _, candidate = self._candidate.look(deadline)
        except OpenSearchException as error:
            yield from (Answer(change, Retry(cause=Cause.of(error))) for change in changes)
            return
        of_documents: dict[str, list[Change]] = {}
        for change in sorted(changes, key=attrgetter("order_key")):
            of_documents.setdefault(change.document_id, []).append(change)
        keys = [
            KeyToMend(document_id=document_id, keys=typed_image(each[-1].keys), order_key=str(each[-1].order_key))
            for document_id, each in of_documents.items()
        ]
        outcomes = dict(self._repair.mend(self._alias, keys, deadline))
        if candidate:
            mended = dict(self._repair.mend(candidate, keys, deadline))
            missed = [each[-1] for i, each in of_documents.items() if not isinstance(mended[i], Delivered)]
            outcomes |= self._mark(missed, outcomes, deadline)
        for document_id, each in of_documents.items():
            yield from (Answer(change, outcomes[document_id]) for change in each)

    def _deliver_newest(self, changes: Sequence[Change], candidate: str | None, deadline: Deadline) -> Iterator[Answer]:
        actions = []
        for change in changes:
            try:
                actions.append(action(change, self._memory.older_than(str(change.order_key), change.document_id)))
            except UnicodeEncodeError:
                yield Answer(change, Rejected(cause=NOT_UTF8))

        def send(request: Sequence[Action]) -> Iterable[Answer]:
            return self._send(request, candidate, deadline)

        for answers in in_lanes(send, list(requests(actions)), lanes=REQUESTS_AT_ONCE):
            yield from answers

    def _send(self, request: Sequence[Action], candidate: str | None, deadline: Deadline) -> list[Answer]:
        remaining_s = deadline.remaining_s()
        if remaining_s <= 0:
            return []
        lines, changes = [each.lines for each in request], [each.change for each in request]
        by_id: dict[str, Outcome] = {}
        undecided = []
        answers = self._sender.answers(self._alias, lines, min(remaining_s, MAX_CALL_S))
        for each, (outcome, item) in zip(request, answers, strict=True):
            if item:
                self._memory.note(each.order_key, item)
            if each.decided and is_conflict(outcome):
                undecided.append(action(each.change))
            by_id[each.change.document_id] = outcome
        if undecided:
            by_id |= {change.document_id: outcome for change, outcome in self._send(undecided, None, deadline)}
        if candidate:
            timeout_s = max(0.001, min(deadline.remaining_s(), MAX_CALL_S))
            of_candidate = self._sender.send(candidate, lines, timeout_s)
            missed = [c for c, o in zip(changes, of_candidate, strict=True) if not isinstance(o, Delivered)]
            by_id |= self._mark(missed, by_id, deadline)
        return [Answer(change, by_id[change.document_id]) for change in changes]

    def _mark(
        self, missed: Sequence[Change], outcomes: Mapping[str, Outcome], deadline: Deadline
    ) -> dict[str, Outcome]:
        """Note the keys that the candidate missed; return another outcome for those that could not be noted.

        The live index alone decides what becomes of a change, unless its part at the candidate would be lost.
        """
        if not missed:
            return {}
        keys = [(change.document_id, change.keys) for change in missed]
        noted = self._notes.mark_dirty(keys, max(0.001, min(deadline.remaining_s(), MAX_CALL_S)))
        return {
            change.document_id: Retry(cause=CANDIDATE_MISSED)
            for change, outcome in zip(missed, noted, strict=True)
            if not isinstance(outcome, Delivered) and isinstance(outcomes[change.document_id], Delivered)
        }
