"""Comparing plain JSON with typed items, without the code that makes the plain JSON."""

import json
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from demonstration.verification.same_content import difference
from stream_processor.attribute_values import AttributeValue
from stream_processor.plain_json import plain_image

ITEM: dict[str, AttributeValue] = {
    "text": "é ≠ e\u0301",
    "number": Decimal("12345678901234567890123456789012345678"),
    "fraction": Decimal("0.1"),
    "bytes": b"\x00\xff",
    "yes": True,
    "none": None,
    "list": [Decimal(1), {"deep": [None, "x"]}],
    "map": {"a": {"b": "c"}},
    "texts": frozenset({"b", "a"}),
    "numbers": frozenset({Decimal(10), Decimal(9), Decimal("-1.5")}),
    "blobs": frozenset({b"b", b"a"}),
}


def typed(item: dict[str, Any]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in item.items()}


def test_the_products_plain_json_says_what_the_item_says() -> None:
    """Two separate readings of the documented form agree on every type, through JSON text."""
    assert difference(typed(ITEM), json.loads(json.dumps(plain_image(ITEM)))) is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"text": "é ≠ é"}, "text"),
        ({"number": 1.2345678901234568e37}, "number"),
        ({"fraction": "0.10000001"}, "fraction"),
        ({"bytes": "AP8"}, "bytes"),
        ({"yes": 1}, "yes"),
        ({"none": False}, "none"),
        ({"list": [1, {"deep": [None, "y"]}]}, "list[1].deep[1]"),
        ({"map": {"a": {}}}, "map.a.b"),
        ({"texts": ["b", "a"]}, "texts"),
        ({"numbers": [-1.5, 10, 9]}, "numbers"),
        ({"blobs": ["YQ=="]}, "blobs"),
        ({"more": 1}, "more"),
    ],
)
def test_a_difference_is_found_and_named(change: dict[str, Any], place: str) -> None:
    """Of every type, and down to the place."""
    plain = {**json.loads(json.dumps(plain_image(ITEM))), **change}
    assert difference(typed(ITEM), plain) == place
