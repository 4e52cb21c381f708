"""Decoding is exact for anything that DynamoDB stores."""

import base64
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

from stream_processor.attribute_values import MAX_DEPTH, UndecodableError, decode_image, decode_value

numbers = st.builds(
    lambda sign, digits, exponent: Decimal((sign, tuple(digits), exponent)),
    st.integers(0, 1),
    st.lists(st.integers(0, 9), min_size=1, max_size=38),
    st.integers(-100, 80),
)
scalars = st.one_of(st.text(), numbers, st.binary(), st.booleans(), st.none())
sets = st.one_of(*(st.frozensets(members, min_size=1, max_size=5) for members in (st.text(), numbers, st.binary())))
values = st.recursive(
    st.one_of(scalars, sets),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)),
    max_leaves=20,
)
images = st.dictionaries(st.text(min_size=1), values, max_size=8)


def raw_bytes(value: Any) -> bytes:
    """Return the content of boto3's Binary (whose type stubs do not tell that it converts) or of bytes."""
    return bytes(value)


def in_transit(value: Any) -> Any:
    """Return boto3's typed value as a Lambda event carries it: bytes as base64 text."""
    if isinstance(value, Binary | bytes | bytearray):
        return base64.b64encode(raw_bytes(value)).decode()
    if isinstance(value, dict):
        return {name: in_transit(member) for name, member in value.items()}
    if isinstance(value, list):
        return [in_transit(member) for member in value]
    return value


def without_set_order(typed: Any) -> Any:
    """Return a typed value with the members of its sets sorted: DynamoDB's sets have no order."""
    if isinstance(typed, dict):
        return {
            name: sorted(member, key=str) if name in ("SS", "NS", "BS") else without_set_order(member)
            for name, member in typed.items()
        }
    return [without_set_order(member) for member in typed] if isinstance(typed, list) else typed


@given(images)
def test_an_image_survives_the_round_trip_through_boto3(image: dict[str, Any]) -> None:
    """What boto3's serializer sends is decoded to what went in, and serializes to the same again."""
    serialize = TypeSerializer().serialize
    sent = {name: in_transit(serialize(value)) for name, value in image.items()}
    decoded = decode_image(sent)
    assert decoded == image
    again = {name: in_transit(serialize(value)) for name, value in decoded.items()}
    assert without_set_order(again) == without_set_order(sent)


@given(images)
def test_decoding_agrees_with_boto3s_deserializer(image: dict[str, Any]) -> None:
    """Apart from binary, which boto3 wraps, both decoders give equal values."""
    typed = {name: TypeSerializer().serialize(value) for name, value in image.items()}

    def unwrap(value: Any) -> Any:
        if isinstance(value, Binary):
            return raw_bytes(value)
        if isinstance(value, set):
            return {unwrap(member) for member in value}
        if isinstance(value, list):
            return [unwrap(member) for member in value]
        return {name: unwrap(member) for name, member in value.items()} if isinstance(value, dict) else value

    expected = {name: unwrap(TypeDeserializer().deserialize(value)) for name, value in typed.items()}
    assert decode_image({name: in_transit(value) for name, value in typed.items()}) == expected


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["S", "N", "B", "M", "L", "SS", "NS", "NULL", "BOOL", "Q"]), inner, max_size=2),
    ),
    max_leaves=10,
)


@given(anything)
def test_whatever_comes_is_decoded_or_refused(raw: Any) -> None:
    """No JSON value makes the decoder fail in any other way than by its own error."""
    with suppress(UndecodableError):
        decode_value(raw)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ({"X": "1"}, "unknown type tag 'X'"),
        ({"S": 1}, "'S' with content that does not fit"),
        ({"N": "NaN"}, "'N' with content"),
        ({"N": "1_000"}, "'N' with content"),
        ({"N": " 1"}, "'N' with content"),
        ({"N": "١"}, "'N' with content"),
        ({"B": "not base64!"}, "'B' with content"),
        ({"BOOL": "true"}, "'BOOL' with content"),
        ({"NULL": False}, "'NULL' with content"),
        ({"SS": []}, "'SS' with content"),
        ({"NS": ["1", "x"]}, "'NS' with content"),
        ({"L": {}}, "'L' with content"),
        ({"S": "a", "N": "1"}, "one key"),
        ({}, "one key"),
        ("text", "one key"),
    ],
)
def test_a_value_that_is_not_typed_json_is_refused_with_the_reason(raw: Any, why: str) -> None:
    """Each kind of malformed value gets an error that says what is wrong with it."""
    with pytest.raises(UndecodableError, match=why):
        decode_image({"name": raw})


def test_nesting_beyond_what_dynamodb_stores_is_refused() -> None:
    """A value nested too deep is an error of ours, never a RecursionError."""
    deepest: Any = {"S": "x"}
    for _ in range(MAX_DEPTH):
        deepest = {"L": [deepest]}
    decode_value(deepest)
    for _ in range(5000):
        deepest = {"M": {"a": deepest}}
    with pytest.raises(UndecodableError, match="nested deeper"):
        decode_value(deepest)
