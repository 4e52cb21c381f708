"""Folding, cutting and finding the guilty one; the order itself is OpenSearch's and is tried against it."""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from opensearchpy.exceptions import ConnectionTimeout, RequestError, SerializationError

from consumers.search_index.bulk import MAX_ACTIONS, MAX_BYTES
from consumers.search_index.consumer import SearchIndex
from consumers.search_index.repair import NOT_UTF8
from consumers.search_index.sending import NO_ANSWER
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Outcome, Rejected, Retry
from stream_processor.projection import Projection
from tests.fakes import FakeClock
from tests.records import event, record

REFUSED = {"status": 400, "error": {"type": "mapper_parsing_exception", "reason": "no"}}


@dataclass
class FakeCluster:
    """Takes bulk requests and answers each entry by rule."""

    item: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _: {"status": 200}
    raises: Callable[[Sequence[Mapping[str, Any]]], Exception | None] = lambda _: None
    forgets: int = 0
    requests: list[list[Mapping[str, Any]]] = field(default_factory=list)
    scripted: list[list[bool]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    timeouts: list[float] = field(default_factory=list)

    @property
    def transport(self) -> "FakeCluster":
        return self

    @property
    def indices(self) -> "FakeCluster":
        return self

    def get_alias(self, *, name: str, request_timeout: float) -> dict[str, Any]:
        return {"documents-v1": {"aliases": {"documents": {}, "documents-notes": {}}}}

    def perform_request(
        self,
        method: str,
        url: str,
        params: Mapping[str, str],
        headers: Mapping[str, str] | None,
        body: bytes,
        timeout: float,
    ) -> dict[str, Any]:
        assert (method, url) == ("POST", "/documents/_bulk")
        assert params["require_alias"] == "true"
        self.sizes.append(len(body))
        self.timeouts.append(timeout)
        text = gzip.decompress(body) if headers else body
        bodies = [json.loads(line) for line in text.splitlines()[1::2]]
        entries = [body["script"]["params"] if "script" in body else body for body in bodies]
        self.scripted.append(["script" in body for body in bodies])
        self.requests.append(entries)
        if error := self.raises(entries):
            raise error
        items = [{"update": {"_id": "a", **self.item(entry)}} for entry in entries]
        return {"items": items[: len(items) - self.forgets]}


def changes_of(*records: dict[str, Any]) -> tuple[Change, ...]:
    return decode_event(event(*records)).changes


def search_index(cluster: FakeCluster, *, gzip: bool = False) -> SearchIndex:
    return SearchIndex(
        cast("Any", cluster), table=cast("Any", None), projection=Projection(), alias="documents", gzip=gzip
    )


def deliver(cluster: FakeCluster, changes: Sequence[Change], *, use_gzip: bool = False) -> list[Outcome]:
    """Return the outcomes in the order of the changes, each exactly once."""
    answers = list(search_index(cluster, gzip=use_gzip).deliver(changes, Deadline.after(5, FakeClock())))
    outcomes = {change.event_id: outcome for change, outcome in answers}
    assert len(answers) == len(changes) == len(outcomes)
    return [outcomes[change.event_id] for change in changes]


def titles(cluster: FakeCluster) -> list[list[str]]:
    return [[entry["title"] for entry in request] for request in cluster.requests]


def test_only_the_newest_of_a_document_is_sent() -> None:
    """All its changes are answered with its outcome, in whatever order they came."""
    cluster = FakeCluster()
    changes = changes_of(record(3), record(1), record(2), record(4, document="b"))
    assert deliver(cluster, changes) == [DELIVERED] * 4
    assert titles(cluster) == [["title 3", "title 4"]]


def test_a_rejected_newest_gives_way_to_its_predecessor() -> None:
    """The document's last good state reaches the index; only what was refused is rejected."""
    cluster = FakeCluster(item=lambda entry: REFUSED if entry["title"] in ("title 2", "title 3") else {"status": 201})
    changes = changes_of(record(0), record(1), record(2), record(3))
    outcomes = deliver(cluster, changes)
    assert outcomes[:2] == [DELIVERED, DELIVERED]
    assert all(isinstance(outcome, Rejected) for outcome in outcomes[2:])
    assert titles(cluster) == [["title 3"], ["title 2"], ["title 1"]]


def test_what_must_be_tried_again_takes_its_predecessors_along() -> None:
    """An older change is not sent in place of one that the cluster could not take now."""
    cluster = FakeCluster(item=lambda _: {"status": 429})
    outcomes = deliver(cluster, changes_of(record(1), record(2)))
    assert all(isinstance(outcome, Retry) for outcome in outcomes)
    assert titles(cluster) == [["title 2"]]


def test_requests_are_cut_by_count_and_bytes() -> None:
    """No request holds more than 250 changes, or more than 5 MiB unless one change alone is that large."""
    cluster = FakeCluster()
    small = changes_of(*(record(number, document=f"d{number}") for number in range(MAX_ACTIONS + 1)))
    large = changes_of(
        *(record(number, document=f"d{number}", new={"meta": {"S": "x" * 390_000}}) for number in range(20))
    )
    assert set(deliver(cluster, small)) == {DELIVERED}
    assert sorted(len(request) for request in cluster.requests) == [1, 250]
    assert set(deliver(cluster, large)) == {DELIVERED}
    assert max(cluster.sizes) <= MAX_BYTES
    assert sorted(len(request) for request in cluster.requests[2:]) == [7, 13]


def test_gzip() -> None:
    """A compressed request says so, and holds the same."""
    cluster = FakeCluster()
    assert deliver(cluster, changes_of(record(1)), use_gzip=True) == [DELIVERED]
    assert titles(cluster) == [["title 1"]]


def test_one_change_that_spoils_the_request_does_not_hold_up_the_others() -> None:
    """A request that OpenSearch cannot parse is taken apart until the guilty change stands alone."""

    def raises(entries: Sequence[Mapping[str, Any]]) -> Exception | None:
        guilty = any(entry["title"] == "title 5" for entry in entries)
        return RequestError(400, "x_content_parse_exception", {"error": REFUSED["error"]}) if guilty else None

    outcomes = deliver(
        FakeCluster(raises=raises), changes_of(*(record(number, document=f"d{number}") for number in range(9)))
    )
    assert isinstance(outcomes.pop(5), Rejected)
    assert set(outcomes) == {DELIVERED}


def test_half_a_surrogate_pair_is_rejected() -> None:
    """A text that UTF-8 cannot hold never gets as far as the cluster; its predecessor does."""
    cluster = FakeCluster()
    outcomes = deliver(cluster, changes_of(record(1), record(2, new={"body": {"S": "\ud800"}})))
    assert outcomes == [DELIVERED, Rejected(cause=NOT_UTF8)]


def test_a_cluster_that_does_not_answer_is_tried_again() -> None:
    """No answer, and an answer that is no JSON, are a Retry of every change."""
    for error in (ConnectionTimeout("TIMEOUT", "timed out", OSError()), SerializationError("<html>")):
        outcomes = deliver(FakeCluster(raises=lambda _, error=error: error), changes_of(record(1), record(2)))  # type: ignore[misc]
        assert all(isinstance(outcome, Retry) for outcome in outcomes)


def test_an_item_that_is_missing_from_the_answer_is_tried_again() -> None:
    """What OpenSearch does not mention was not delivered."""
    outcomes = deliver(FakeCluster(forgets=1), changes_of(record(1), record(2, document="b")))
    assert outcomes == [DELIVERED, Retry(cause=NO_ANSWER)]


def test_a_call_ends_by_the_deadline() -> None:
    """A request may take what is left of the patience, and none begins after it."""
    cluster = FakeCluster()
    deliver(cluster, changes_of(record(1)))
    assert cluster.timeouts == [5.0]
    assert list(search_index(cluster).deliver(changes_of(record(1)), Deadline.after(0, FakeClock()))) == []


def test_an_entry_that_was_just_written_is_replaced_without_the_script() -> None:
    """Its version is known; when somebody came between, the script decides after all."""
    version = {"_id": "a", "_index": "documents-v1", "_seq_no": 1, "_primary_term": 1}
    conflict = {"status": 409, "error": {"type": "version_conflict_engine_exception"}}
    cluster = FakeCluster(item=lambda _: {"status": 200, "result": "updated", **version})
    consumer = search_index(cluster)

    def outcome(number: int) -> Outcome:
        ((_, outcome),) = consumer.deliver(changes_of(record(number)), Deadline.after(5, FakeClock()))
        return outcome

    assert [outcome(1), outcome(2)] == [DELIVERED, DELIVERED]
    assert cluster.scripted == [[True], [False]]
    answers = iter([conflict, {"status": 200, "result": "noop", **version}])
    cluster.item = lambda _: next(answers)
    assert outcome(3) == DELIVERED
    assert cluster.scripted[2:] == [[False], [True]]
