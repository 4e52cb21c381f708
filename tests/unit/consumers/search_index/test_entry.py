"""What the index holds of a document, however strange that is."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from consumers.search_index.entry import MAPPINGS, document_entry, document_of, entry
from consumers.search_index.fields import FIELDS, searchable
from stream_processor.decode import decode_event
from stream_processor.plain_json import plain_image
from tests.property.test_attribute_values import images
from tests.records import event, record


def entry_of(raw: dict[str, Any]) -> dict[str, Any]:
    return entry(decode_event(event(raw)).changes[0])


def test_a_document() -> None:
    """What can be searched stands in its fields, the rest in `document`."""
    new: dict[str, Any] = {
        "title": {"S": "T"},
        "body": {"S": "B"},
        "tags": {"SS": ["b", "a"]},
        "written_at_ms": {"N": "1767322800000"},
        "price": {"N": "1.5"},
        "order_key": {"S": "not ours"},
    }
    found = entry_of(record(1, new=new))
    assert found == {
        "order_key": f"2026-01-02T03:04:05.678/{10**24 + 1:040}",
        "title": "T",
        "body": "B",
        "tags": ["a", "b"],
        "written_at_ms": 1767322800000,
        "document": {"id": "a", "price": 1.5, "order_key": "not ours"},
    }


def test_a_deletion_leaves_a_tombstone() -> None:
    """It holds the order key, its time, and nothing of the document."""
    assert set(entry_of(record(1, old={"title": {"S": "T"}}))) == {"order_key", "deleted", "deleted_at"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", Decimal(1)),
        ("title", {"en": "T"}),
        ("body", None),
        ("tags", "a"),
        ("tags", ["a", Decimal(1)]),
        ("tags", frozenset({Decimal(1)})),
        ("author", ["ann"]),
        ("written_at_ms", "yesterday"),
        ("written_at_ms", Decimal("1.5")),
        ("written_at_ms", Decimal(-1)),
        ("written_at_ms", Decimal("1E+120")),
        ("expires_at", True),
    ],
)
def test_an_attribute_of_another_type_is_not_searched(name: str, value: Any) -> None:
    """It is left out of its field, so that no mapping can conflict with it."""
    assert searchable({name: value}) == {}


@given(images)
def test_any_image_gives_fields_of_their_types(image: dict[str, Any]) -> None:
    """Whatever the image: only declared fields at the top, each of its type, and JSON all through."""
    types: dict[str, Any] = {"text": str, "keyword": (str, list), "date": int}
    fields = searchable(image)
    assert set(fields) <= set(FIELDS)
    for name, value in fields.items():
        assert isinstance(value, types[MAPPINGS["properties"][name]["type"]])
    assert json.loads(json.dumps(plain_image(image))) == plain_image(image)
    assert document_of(document_entry(image, "")) == plain_image(image)
