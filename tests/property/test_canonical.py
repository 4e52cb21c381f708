"""The canonical form: one text for one value."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream_processor.attribute_values import AttributeValue, decode_image
from stream_processor.canonical import (
    canonical_attributes,
    canonical_image,
    canonical_pair,
    canonical_value,
    image_hash,
)
from tests.property.test_attribute_values import images, numbers


def canonical(image: Any) -> str:
    return canonical_image(canonical_attributes(image))


@given(images)
def test_the_text_can_be_read_back(image: dict[str, Any]) -> None:
    """The canonical text is typed JSON of exactly this image: so different images never share a text."""
    read_back = decode_image(json.loads(canonical(image)))
    assert read_back == image
    assert canonical(read_back) == canonical(image)


@given(images, st.randoms())
def test_order_plays_no_part(image: dict[str, Any], randomness: Any) -> None:
    """Attributes that arrive in another order give the same hash."""
    names = list(image)
    randomness.shuffle(names)
    shuffled = {name: image[name] for name in names}
    assert image_hash(canonical_attributes(shuffled)) == image_hash(canonical_attributes(image))


@given(images, images)
def test_a_pair_of_images_is_written_as_each_alone(old: dict[str, Any], new: dict[str, Any]) -> None:
    """What is taken over from the old image is what the new one's own text would be."""
    new = {**old, **new, "flag": True, "list": [True]}
    old = {**old, "flag": Decimal(1), "list": [Decimal(1)]}
    assert canonical_pair(old, new) == (canonical_attributes(old), canonical_attributes(new))
    assert canonical_pair(None, new) == (None, canonical_attributes(new))
    assert canonical_pair(old, None) == (canonical_attributes(old), None)


@given(numbers, st.integers(0, 30))
def test_a_number_has_one_text(number: Decimal, zeros: int) -> None:
    """Zeros at the end of the digits change the writing of a number, not the number."""
    sign, digits, exponent = number.as_tuple()
    longer = Decimal((sign, (0, *digits, *[0] * zeros), int(exponent) - zeros))
    assert canonical_value(longer) == canonical_value(number)


@given(numbers, numbers)
def test_different_numbers_have_different_texts(one: Decimal, other: Decimal) -> None:
    """No digit of 38 is lost."""
    assert (canonical_value(one) == canonical_value(other)) == (one == other)


@given(st.text(st.sampled_from('"\\/\n\t\r\b\x00\x1f\x7f\u2028\ud800\U0001f600ab'), min_size=60, max_size=70))
def test_long_texts_are_escaped_as_short_ones(text: str) -> None:
    """Whatever way a text is escaped by its length, there is one form."""
    pieces = "".join(canonical_value(character)[6:-2] for character in text)
    assert canonical_value(text) == f'{{"S":"{pieces}"}}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('a"\\/\n\x00\x7f\u2028\U0001f600', '{"S":"a\\"\\\\/\\n\\u0000\x7f\u2028\U0001f600"}'),
        (Decimal("1.50"), '{"N":"15E-1"}'),
        (Decimal(1200), '{"N":"12E2"}'),
        (Decimal("-0.0"), '{"N":"0"}'),
        (Decimal("-7"), '{"N":"-7"}'),
        (Decimal("9.9999999999999999999999999999999999999E+125"), f'{{"N":"{"9" * 38}E88"}}'),
        (b"\x00\xff", '{"B":"AP8="}'),
        (True, '{"BOOL":true}'),
        (None, '{"NULL":true}'),
        ([Decimal(1), "1", False, []], '{"L":[{"N":"1"},{"S":"1"},{"BOOL":false},{"L":[]}]}'),
        ({"b": None, "a": {}}, '{"M":{"a":{"M":{}},"b":{"NULL":true}}}'),
        ({"\U0001f600": None, "\ufffd": None}, '{"M":{"\ufffd":{"NULL":true},"\U0001f600":{"NULL":true}}}'),
        (frozenset({"b", "a"}), '{"SS":["a","b"]}'),
        (frozenset({Decimal(10), Decimal("9.0")}), '{"NS":["9","1E1"]}'),
        (frozenset({b"\x01", b"\x00"}), '{"BS":["AA==","AQ=="]}'),
    ],
)
def test_vectors(value: AttributeValue, text: str) -> None:
    """The form is fixed: hashes that were stored stay comparable."""
    assert canonical_value(value) == text


def test_a_known_hash() -> None:
    """The hash is SHA-256 of the canonical text in UTF-8."""
    image: dict[str, AttributeValue] = {"id": "a", "title": "caf\u00e9"}
    assert canonical(image) == '{"id":{"S":"a"},"title":{"S":"caf\u00e9"}}'
    known = "93619835a301790d627971498ce837e9d2f60e7b58cda994fd8d412eae022df5"
    assert image_hash(canonical_attributes(image)) == known
