"""Subscriptions, in memory and in a table: who listens is known at once, and whatever is repeated does no harm."""

from itertools import batched
from typing import cast
from uuid import uuid4

import pytest

from consumers.websocket_notifier.subscriptions import BY_CONNECTION, KEYS_A_READ, LIFE_S, Subscriptions
from stream_processor.adapters.aws_clients import AwsClients
from tests.conformance.conftest import KINDS
from tests.fakes import wait_until
from tests.socket_fakes import FakeSubscriptions

NOW_MS = 1_800_000_000_000
LATE = {"N": str(NOW_MS)}


@pytest.fixture
def table(aws: AwsClients) -> str:
    """An empty table as the deployment makes it."""
    name = f"subscriptions-{uuid4().hex}"
    aws.dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "document_id", "AttributeType": "S"},
            {"AttributeName": "connection_id", "AttributeType": "S"},
        ],
        KeySchema=[
            {"AttributeName": "document_id", "KeyType": "HASH"},
            {"AttributeName": "connection_id", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": BY_CONNECTION,
                "KeySchema": [
                    {"AttributeName": "connection_id", "KeyType": "HASH"},
                    {"AttributeName": "document_id", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return name


@pytest.fixture(params=KINDS)
def subscriptions(request: pytest.FixtureRequest) -> Subscriptions:
    """Nobody listens to anything."""
    if request.param == "fake":
        return cast("Subscriptions", FakeSubscriptions())
    aws: AwsClients = request.getfixturevalue("aws")
    return Subscriptions(aws.dynamodb, request.getfixturevalue("table"))


def test_subscribers_are_told_of_at_once(subscriptions: Subscriptions) -> None:
    """Who subscribed, once or again, is known by the next call, and just to that document."""
    for connection in ("+ann=", "bob/0", "-cid_", "bob/0"):
        subscriptions.subscribe("a", connection, NOW_MS)
    subscriptions.subscribe("b", "dan", NOW_MS)
    assert sorted(subscriptions.connections_of("a", NOW_MS)) == ["+ann=", "-cid_", "bob/0"]
    assert subscriptions.connections_of("b", NOW_MS) == ["dan"]
    assert subscriptions.connections_of("c", NOW_MS) == []


def test_silent_documents_are_told_from_others(subscriptions: Subscriptions) -> None:
    """A full call names every document that somebody listens to, and no one that never had a subscriber."""
    documents = [f"d{number}" for number in range(KEYS_A_READ)]
    for document in documents[::10]:
        subscriptions.subscribe(document, "ann", NOW_MS)
    assert set(subscriptions.maybe_listened_to(documents, NOW_MS)) == set(documents[::10])


def test_unsubscribing_ends_it(subscriptions: Subscriptions) -> None:
    """The others stay; doing it again does no harm."""
    subscriptions.subscribe("a", "ann", NOW_MS)
    subscriptions.subscribe("a", "bob", NOW_MS)
    subscriptions.unsubscribe("a", "ann")
    subscriptions.unsubscribe("a", "ann")
    assert subscriptions.connections_of("a", NOW_MS) == ["bob"]


def test_a_subscription_lives_for_three_hours_from_the_last_time(subscriptions: Subscriptions) -> None:
    """What has expired does not count, even while the table still has it."""
    subscriptions.subscribe("a", "ann", NOW_MS)
    subscriptions.subscribe("a", "ann", NOW_MS + 1000)
    last_ms = NOW_MS + LIFE_S * 1000
    assert subscriptions.connections_of("a", last_ms) == ["ann"]
    assert subscriptions.maybe_listened_to(["a"], last_ms)
    assert subscriptions.connections_of("a", last_ms + 1000) == []
    assert not subscriptions.maybe_listened_to(["a"], last_ms + 1000)


def test_a_connection_that_ends_is_removed_everywhere(subscriptions: Subscriptions) -> None:
    """All its documents, more than one batch of writes takes; nobody else's."""
    documents = [f"d{number}" for number in range(60)]
    for document in documents:
        subscriptions.subscribe(document, "ann", NOW_MS)
    subscriptions.subscribe("d7", "bob", NOW_MS)

    def is_gone() -> bool:
        subscriptions.remove_connection("ann")
        return not any("ann" in subscriptions.connections_of(document, NOW_MS) for document in documents)

    wait_until(is_gone, "the connection is removed: the index may lag")
    assert subscriptions.connections_of("d7", NOW_MS) == ["bob"]


@pytest.mark.integration
def test_a_room_of_several_pages_is_known_whole(aws: AwsClients, table: str) -> None:
    """Subscribers beyond the 1 MB that one answer holds are told of too."""
    connections = [f"{number:04d}{'x' * 1000}" for number in range(1100)]
    for some in batched(connections, 25, strict=False):
        items = [{"document_id": {"S": "a"}, "connection_id": {"S": it}, "expires_at": LATE} for it in some]
        aws.dynamodb.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})
    assert sorted(Subscriptions(aws.dynamodb, table).connections_of("a", NOW_MS)) == connections
