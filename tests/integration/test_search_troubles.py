"""What search does when documents are huge and the cluster is not well; real traces, found by their words."""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import batched
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from opensearchpy import OpenSearch

from consumers.search_index.client import open_search
from consumers.search_index.consumer import SearchIndex
from consumers.search_index.entry import document_of
from consumers.search_index.index import create_index, index_statuses
from consumers.search_index.search import search
from demonstration.trace import autosaves, read_trace
from fanout_local.state import StackState
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.adapters.threads import SystemClock
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Outcome, Retry
from stream_processor.projection import Projection
from tests.records import event, record

pytestmark = pytest.mark.integration

TRACES = "FANOUT_TRACES"
"""Environment variable: a folder of editing traces (`demonstration.trace`)."""


@pytest.fixture(scope="module")
def client(stack: StackState) -> OpenSearch:
    """The functions' own client."""
    return open_search(stack.endpoints.opensearch)


@pytest.fixture
def alias(client: OpenSearch) -> Iterator[str]:
    """A new index behind an alias."""
    name = f"troubles-{uuid4().hex}"
    create_index(client, name)
    yield name
    client.indices.delete(index=f"{name}*", ignore=[404])


@pytest.fixture
def consumer(client: OpenSearch, alias: str) -> SearchIndex:
    """A consumer without a table: live changes need none."""
    table = DocumentsTable(cast("Any", None), "documents")
    return SearchIndex(client, table=table, projection=Projection(), alias=alias, gzip=False)


def changes_of(*records: dict[str, Any]) -> tuple[Change, ...]:
    return decode_event(event(*records)).changes


def deliver(consumer: SearchIndex, changes: tuple[Change, ...], within_s: float = 20) -> list[Outcome]:
    deadline = Deadline.after(within_s, SystemClock())
    outcomes = {change.event_id: outcome for change, outcome in consumer.deliver(changes, deadline)}
    return [outcomes[change.event_id] for change in changes]


def test_ten_megabytes_are_indexed(client: OpenSearch, alias: str, consumer: SearchIndex) -> None:
    """A document far over what DynamoDB stores goes in a request of its own, and the others with it."""
    body = "word " * 2_000_000 + "needle"
    changes = changes_of(
        record(1, document="small"), record(2, document="large", new={"title": {"S": "L"}, "body": {"S": body}})
    )
    assert deliver(consumer, changes) == [DELIVERED, DELIVERED]
    client.indices.refresh(index=alias)
    found = client.search(index=alias, body={"query": {"match": {"body": "needle"}}, "_source": False})
    assert [hit["_id"] for hit in found["hits"]["hits"]] == ["large"]


def test_a_red_index_is_tried_again(client: OpenSearch, alias: str, consumer: SearchIndex) -> None:
    """With no shard to write to, every change is a Retry within its patience, and the status says red."""
    nowhere = f"{alias}-v2"
    settings = {"index": {"number_of_replicas": 0, "routing.allocation.require._name": "nobody"}}
    client.indices.create(index=nowhere, body={"settings": settings}, params={"wait_for_active_shards": "0"})
    move = [{"remove": {"index": f"{alias}-v1", "alias": alias}}, {"add": {"index": nowhere, "alias": alias}}]
    client.indices.update_aliases(body={"actions": move})
    assert {type(outcome) for outcome in deliver(consumer, changes_of(record(1)), within_s=1.5)} == {Retry}
    assert [(it.index, it.health) for it in index_statuses(client, alias) if it.role == "live"] == [(nowhere, "red")]


def test_a_storm_of_429_loses_nothing(client: OpenSearch, alias: str, consumer: SearchIndex) -> None:
    """While the cluster answers 429 (here: its disk is full) nothing is rejected; then the newest state gets in."""
    changes = changes_of(*(record(number, document=f"d{number % 50}") for number in range(200)))
    block = "index.blocks.read_only_allow_delete"
    client.indices.put_settings(index=f"{alias}-v1", body={block: True})
    refused = [outcome for batch in batched(changes, 40, strict=False) for outcome in deliver(consumer, batch)]
    assert Counter(type(outcome) for outcome in refused) == {Retry: 200}
    client.indices.put_settings(index=f"{alias}-v1", body={block: None})
    assert set(deliver(consumer, changes)) == {DELIVERED}
    for change in changes[-50:]:
        source = client.get(index=alias, id=change.document_id)["_source"]
        assert source["order_key"] == str(change.order_key)


def test_traces_are_found_by_their_words(client: OpenSearch, alias: str, consumer: SearchIndex) -> None:
    """Every autosave of every trace is delivered; the final text is there, and found by words of it."""
    if not os.environ.get(TRACES):
        pytest.skip(f"{TRACES} names no folder of editing traces")
    number = 0
    for path in sorted(Path(os.environ[TRACES]).glob("*.json.gz")):
        trace = read_trace(path)
        for text in autosaves(trace).texts:
            number += 1
            new = {"title": {"S": path.name}, "body": {"S": text}}
            assert deliver(consumer, changes_of(record(number, document=path.name, new=new))) == [DELIVERED]
        client.indices.refresh(index=alias)
        source = client.get(index=alias, id=path.name)["_source"]
        assert document_of(source)["body"] == trace.end
        words = [word for word in trace.end.split() if word.isalpha() and len(word) > 3]
        assert path.name in [hit.document_id for hit in search(client, alias, " ".join(words[-3:])).hits]
    assert number, "no trace in the folder"
