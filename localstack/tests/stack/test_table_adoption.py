"""When a table kept from an earlier run is the one that a deployment asks for."""

from typing import Any

import pytest

from fanout_local.dynamodb_provider.adoption import differences


def a_table(**changes: Any) -> dict[str, Any]:
    """A table with a sort key and an index, as CreateTable takes it and DescribeTable gives it."""
    return {
        "AttributeDefinitions": [
            {"AttributeName": "document_id", "AttributeType": "S"},
            {"AttributeName": "connection_id", "AttributeType": "S"},
        ],
        "KeySchema": [
            {"AttributeName": "document_id", "KeyType": "HASH"},
            {"AttributeName": "connection_id", "KeyType": "RANGE"},
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by_connection",
                "KeySchema": [{"AttributeName": "connection_id", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        **changes,
    }


def test_the_same_table_is_adopted() -> None:
    """Order of attributes, and what DescribeTable tells more, make no difference."""
    kept = a_table(
        AttributeDefinitions=list(reversed(a_table()["AttributeDefinitions"])),
        TableStatus="ACTIVE",
        ItemCount=3,
        LocalSecondaryIndexes=[],
    )
    assert differences(a_table(), kept) == []


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (a_table(KeySchema=[{"AttributeName": "document_id", "KeyType": "HASH"}]), "keys"),
        (a_table(GlobalSecondaryIndexes=[]), "index by_connection differs or is missing"),
        (
            a_table(
                AttributeDefinitions=[
                    {"AttributeName": "document_id", "AttributeType": "N"},
                    {"AttributeName": "connection_id", "AttributeType": "S"},
                ]
            ),
            "document_id N",
        ),
    ],
)
def test_another_table_is_not(kept: dict[str, Any], told: str) -> None:
    """Other keys, key types or indexes are told."""
    assert told in " ".join(differences(a_table(), kept))


def test_an_index_too_many_is_told() -> None:
    """An index that the deployment no longer has is a difference too."""
    assert differences(a_table(GlobalSecondaryIndexes=[]), a_table()) == ["it has an index by_connection more"]
