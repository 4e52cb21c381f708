"""Document ids are injective, short and ASCII."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from stream_processor.document_id import MAX_CHARACTERS, document_id

key_values = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    st.decimals(allow_nan=False, allow_infinity=False, places=3),
    st.binary(min_size=1, max_size=60),
)
keys = st.fixed_dictionaries({"pk": key_values}, optional={"sk": key_values})


@given(keys, keys)
def test_equal_ids_mean_equal_keys(one: dict[str, Any], other: dict[str, Any]) -> None:
    """No two different keys share an id, whatever separators they hold."""
    if set(one) == set(other):
        assert (document_id(one) == document_id(other)) == (one == other)


@given(keys)
def test_an_id_fits_the_tightest_sink(key: dict[str, Any]) -> None:
    """An id has 1 to 128 visible ASCII characters."""
    text = document_id(key)
    assert 1 <= len(text) <= MAX_CHARACTERS
    assert text.isascii()
    assert not set(text) & set(" \t\n")


def test_separators_in_values_do_not_join_keys() -> None:
    """Keys that plain joining would merge stay apart."""
    assert document_id({"pk": "a/b", "sk": "c"}) != document_id({"pk": "a", "sk": "b/c"})
    assert document_id({"pk": "~N1"}) != document_id({"pk": Decimal(1)})


def test_a_number_key_keeps_all_38_digits() -> None:
    """Two numbers that differ in their last digit have different ids."""
    nines = Decimal("9" * 38)
    assert document_id({"pk": nines}) == "~N" + "9" * 38
    assert document_id({"pk": nines}) != document_id({"pk": nines - 1})
    assert document_id({"pk": Decimal("1.50")}) == document_id({"pk": Decimal("1.5")})
