"""The search index on real OpenSearch: order, deletions, strange documents, what is refused and why."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opensearchpy import OpenSearch

from consumers.search_index.client import open_search
from consumers.search_index.consumer import SearchIndex
from consumers.search_index.entry import document_of
from consumers.search_index.entry import entry as entry_of
from consumers.search_index.index import IndexCreation, IndexNameTakenError, create_index
from consumers.search_index.newer_wins import SCRIPT_ID
from consumers.search_index.search import search
from fanout_local.state import StackState
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.adapters.threads import SystemClock
from stream_processor.attribute_values import decode_image
from stream_processor.change import Change, EventName
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Outcome, Rejected, Retry
from stream_processor.plain_json import plain_image
from stream_processor.projection import Projection
from tests.property.test_attribute_values import images
from tests.records import event, record

pytestmark = pytest.mark.integration

WITHIN_S = 20.0


@pytest.fixture(scope="module")
def client(stack: StackState, aws: AwsClients) -> OpenSearch:
    """The functions' own client, against the stack."""
    return open_search(stack.endpoints.opensearch)


@pytest.fixture
def alias(client: OpenSearch) -> Iterator[str]:
    """A new index behind an alias."""
    name = f"documents-{uuid4().hex}"
    create_index(client, name)
    yield name
    client.indices.delete(index=f"{name}*", ignore=[404])


def changes_of(*records: dict[str, Any]) -> tuple[Change, ...]:
    return decode_event(event(*records)).changes


def deliver(client: OpenSearch, alias: str, changes: Sequence[Change], *, gzip: bool = False) -> list[Outcome]:
    """Return the outcomes in the order of the changes, each exactly once."""
    table = DocumentsTable(cast("Any", None), "documents")  # live changes need none
    consumer = SearchIndex(client, table=table, projection=Projection(), alias=alias, gzip=gzip)
    answers = list(consumer.deliver(changes, Deadline.after(WITHIN_S, SystemClock())))
    outcomes = {change.event_id: outcome for change, outcome in answers}
    assert len(answers) == len(outcomes)
    return [outcomes[change.event_id] for change in changes]


def entry(client: OpenSearch, alias: str, document_id: str) -> dict[str, Any]:
    source: dict[str, Any] = client.get(index=alias, id=document_id)["_source"]
    return source


def document(client: OpenSearch, alias: str, document_id: str) -> dict[str, Any]:
    return document_of(entry(client, alias, document_id))


def history(randomness: random.Random, documents: int, length: int) -> list[dict[str, Any]]:
    """Return records of documents that are created, edited and deleted, in stream order."""
    here: dict[str, dict[str, Any]] = {}
    records = []
    for number in range(length):
        document = f"d{randomness.randrange(documents)}"
        old = here.pop(document, None)
        if old is not None and randomness.random() < 0.3:
            records.append(record(number, document=document, old=old))
        else:
            here[document] = new = {"title": {"S": f"title {number}"}}
            records.append(record(number, document=document, old=old, new=new))
    return records


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_arrival_ends_in_the_newest_state(client: OpenSearch, alias: str, seed: int) -> None:
    """Shuffled, cut into batches, and with repeats: every document ends as its last change left it (I5, I9)."""
    randomness = random.Random(seed)
    changes = list(changes_of(*history(randomness, documents=10, length=200)))
    last = {change.document_id: change for change in changes}
    arriving = [*changes, *randomness.sample(changes, 50)]
    randomness.shuffle(arriving)
    while arriving:
        batch, arriving = arriving[:37], arriving[37:]
        once = list({change.event_id: change for change in batch}.values())
        assert set(deliver(client, alias, once)) == {DELIVERED}
    for document_id, change in last.items():
        found = entry(client, alias, document_id)
        assert found["order_key"] == str(change.order_key)
        if change.new_image is None:
            assert found["deleted"]
        else:
            assert document_of(found) == plain_image(change.new_image)


def test_writers_at_the_same_time_end_in_the_newest_state(client: OpenSearch, alias: str) -> None:
    """Eight writers race with the changes of one document; what loses a race is tried again, and the newest stays."""
    changes = changes_of(*(record(number) for number in range(64)))

    def write(change: Change) -> None:
        for _ in range(20):
            (outcome,) = deliver(client, alias, [change])
            if outcome == DELIVERED:
                return
            assert isinstance(outcome, Retry)
        raise AssertionError(f"never delivered: {outcome}")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, changes))
    assert document(client, alias, "a")["title"] == "title 63"


def test_a_table_with_a_new_stream_goes_ahead(client: OpenSearch, alias: str) -> None:
    """A later stream's change is newer, however small its sequence number."""
    deliver(client, alias, changes_of(record(900, label="2026-01-01T00:00:00.000")))
    deliver(client, alias, changes_of(record(1, label="2026-02-01T00:00:00.000")))
    deliver(client, alias, changes_of(record(901, label="2026-01-01T00:00:00.000")))
    assert document(client, alias, "a")["title"] == "title 1"


def test_a_deleted_document_is_not_found_and_does_not_come_back(client: OpenSearch, alias: str) -> None:
    """Searches do not see the tombstone, and it stops a late older change."""
    old, deletion = changes_of(
        record(1, new={"title": {"S": "fox"}}), record(2, old={"title": {"S": "fox"}, "body": {"S": "x"}})
    )
    assert deliver(client, alias, [deletion]) == [DELIVERED]
    assert deliver(client, alias, [old]) == [DELIVERED]
    client.indices.refresh(index=alias)
    assert search(client, alias, "fox").total == 0
    assert client.count(index=alias)["count"] == 0
    assert entry(client, alias, "a") == entry_of(deletion)


def test_search_finds_words_and_shows_them(client: OpenSearch, alias: str) -> None:
    """A word is found in its other forms, a title counts more than a body, and passages are marked."""
    changes = changes_of(
        record(
            1, document="in-body", new={"title": {"S": "Animals"}, "body": {"S": "The foxes were running \U0001f98a"}}
        ),
        record(2, document="in-title", new={"title": {"S": "A fox runs"}, "body": {"S": "\u05e9\u05dc\u05d5\u05dd"}}),
        record(3, document="other", new={"title": {"S": "Dogs"}}),
    )
    assert deliver(client, alias, changes, gzip=True) == [DELIVERED] * 3
    client.indices.refresh(index=alias)
    found = search(client, alias, "run fox")
    assert [hit.document_id for hit in found.hits] == ["in-title", "in-body"]
    assert found.hits[1].highlights == {"body": ["The <em>foxes</em> were <em>running</em> \U0001f98a"]}
    assert found.hits[1].document["title"] == "Animals"
    assert search(client, alias, "\u05e9\u05dc\u05d5\u05dd").total == 1


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(images, min_size=1, max_size=5))
def test_any_document_is_taken_and_given_back_exactly(
    client: OpenSearch, alias: str, any_images: list[dict[str, Any]]
) -> None:
    """Whatever an item holds, the entry's `document` is its plain image, to the last digit."""
    changes = [
        Change(
            event_id=f"e{number}",
            event_name=EventName.INSERT,
            document_id=uuid4().hex,
            order_key=change.order_key,
            keys={},
            old_image=None,
            new_image=image,
            created_at_s=0,
            size_bytes=0,
            user_identity=None,
            record={},
        )
        for number, image in enumerate(any_images)
        for change in changes_of(record(number))
    ]
    assert set(deliver(client, alias, changes)) == {DELIVERED}
    for change in changes:
        assert document(client, alias, change.document_id) == plain_image(change.new_image or {})


def test_the_types_of_one_attribute_may_differ(client: OpenSearch, alias: str) -> None:
    """Documents that disagree about every declared field are all taken: no mapping conflict stops the stream."""
    values: list[dict[str, Any]] = [
        {"S": "x"},
        {"S": "x" * 300_000},
        {"N": "1E+125"},
        {"M": {"a.b": {"S": "x"}}},
        {"L": [{"L": []}]},
        {"SS": ["a" * 40_000]},
        {"B": "AAA="},
        {"NULL": True},
    ]
    names = ("title", "body", "tags", "author", "written_at_ms", "expires_at", "deleted", "document", "order_key")
    changes = changes_of(
        *(record(number, document=f"d{number}", new=dict.fromkeys(names, value)) for number, value in enumerate(values))
    )
    assert set(deliver(client, alias, changes)) == {DELIVERED}
    for change in changes:
        raw = change.record["dynamodb"]["NewImage"]
        assert document(client, alias, change.document_id) == plain_image(decode_image(raw))


def test_two_thousand_attributes_do_not_grow_the_mapping(client: OpenSearch, alias: str) -> None:
    """Attributes that nobody declared make no fields."""
    before = client.indices.get_mapping(index=alias)
    new = {f"attribute {number}": {"N": "1"} for number in range(2000)}
    assert deliver(client, alias, changes_of(record(1, new=new))) == [DELIVERED]
    assert client.indices.get_mapping(index=alias) == before


def test_what_the_mapping_refuses_is_rejected_and_the_last_good_state_stays(client: OpenSearch, alias: str) -> None:
    """With another mapping than ours: the refused change is rejected without its content, its predecessor indexed."""
    strict = f"strict-{uuid4().hex}"
    body = {"mappings": {"properties": {"title": {"type": "long"}}}, "aliases": {strict: {}}}
    client.indices.create(index=f"{strict}-v1", body=body)
    try:
        changes = changes_of(
            record(1, new={"title": {"S": "1"}}),
            record(2, new={"title": {"S": "secret"}}),
            record(3, document="b", new={"title": {"S": "3"}}),
        )
        first, refused, other = deliver(client, strict, changes)
        assert (first, other) == (DELIVERED, DELIVERED)
        assert isinstance(refused, Rejected)
        assert refused.cause.type == "mapper_parsing_exception"
        assert "title" in refused.cause.message
        assert "secret" not in refused.cause.message
        assert entry(client, strict, "a")["title"] == "1"
    finally:
        client.indices.delete(index=f"{strict}-v1")


def test_a_change_that_spoils_the_whole_request_is_rejected_alone(client: OpenSearch, alias: str) -> None:
    """OpenSearch parses no name of 60,000 characters, and refuses the request for it; the others get through."""
    changes = changes_of(
        *(record(number, document=f"d{number}") for number in range(5)),
        record(5, document="bad", new={"n" * 60_000: {"S": "x"}}),
        *(record(number, document=f"d{number}") for number in range(6, 9)),
    )
    outcomes = deliver(client, alias, changes)
    assert isinstance(outcomes.pop(5), Rejected)
    assert set(outcomes) == {DELIVERED}


def test_an_index_that_is_gone_is_not_made_anew_by_accident(client: OpenSearch, alias: str) -> None:
    """Every change is to be tried again, until a person has made the index."""
    client.indices.delete(index=f"{alias}-v1")
    changes = changes_of(record(1), record(2, document="b"))
    assert {type(outcome) for outcome in deliver(client, alias, changes)} == {Retry}
    assert not client.indices.exists(index=alias)
    create_index(client, alias)
    assert set(deliver(client, alias, changes)) == {DELIVERED}


def test_a_script_that_is_gone_is_a_fault_of_ours(client: OpenSearch, alias: str) -> None:
    """Nothing is rejected for it, and making the index again mends it."""
    client.delete_script(id=SCRIPT_ID)
    try:
        (outcome,) = deliver(client, alias, changes_of(record(1)))
        assert isinstance(outcome, Retry)
    finally:
        create_index(client, alias)
    assert deliver(client, alias, changes_of(record(1))) == [DELIVERED]


def test_an_index_that_may_not_be_written_is_tried_again(client: OpenSearch, alias: str) -> None:
    """A full disk makes an index read-only: a Retry of every change."""
    settings_of_index = {"index": {"blocks": {"write": True}}}
    client.indices.put_settings(index=alias, body=settings_of_index)
    (outcome,) = deliver(client, alias, changes_of(record(1)))
    assert isinstance(outcome, Retry)


def test_a_cluster_that_is_not_there_is_tried_again() -> None:
    """No connection is a Retry, at once."""
    nowhere = open_search("http://127.0.0.1:1")
    (outcome,) = deliver(nowhere, "documents", changes_of(record(1)))
    assert isinstance(outcome, Retry)


def test_creating_what_is_there_changes_nothing(client: OpenSearch, alias: str) -> None:
    """It can be asked for again; it says what it found."""
    deliver(client, alias, changes_of(record(1)))
    assert create_index(client, alias) == IndexCreation(index=f"{alias}-v1", created=False)
    assert document(client, alias, "a")["title"] == "title 1"


def test_an_index_with_the_name_of_the_alias_is_not_overwritten(client: OpenSearch) -> None:
    """Somebody must decide what becomes of it."""
    name = f"taken-{uuid4().hex}"
    client.indices.create(index=name)
    try:
        with pytest.raises(IndexNameTakenError, match=name):
            create_index(client, name)
    finally:
        client.indices.delete(index=name)
