"""DynamoDB's rules for what an item weighs and costs."""

from typing import Any

import pytest

from benchmarks.capacity_units import item_bytes, read_units, write_units


@pytest.mark.parametrize(
    ("item", "size_bytes"),
    [
        ({"id": {"S": "abc"}}, 2 + 3),
        ({"é": {"S": "é"}}, 2 + 2),
        ({"n": {"N": "12"}}, 1 + 2),
        ({"n": {"N": "1234567"}}, 1 + 5),
        ({"n": {"N": "-1234567"}}, 1 + 6),
        ({"b": {"B": b"12345"}}, 1 + 5),
        ({"t": {"BOOL": True}, "u": {"NULL": True}}, 2 + 2),
        ({"m": {"M": {"a": {"S": "xy"}}}}, 1 + 3 + 1 + 1 + 2),
        ({"l": {"L": [{"S": "xy"}, {"S": ""}]}}, 1 + 3 + 1 + 2 + 1),
        ({"s": {"SS": ["ab", "c"]}}, 1 + 3),
    ],
)
def test_an_item_weighs_its_names_and_values(item: dict[str, Any], size_bytes: int) -> None:
    """Names count in UTF-8, numbers by two digits a byte, maps and lists 3 bytes and 1 for each member."""
    assert item_bytes(item) == size_bytes


def test_a_write_costs_a_unit_for_each_kilobyte_begun() -> None:
    """1,024 bytes are one unit, one byte more is two."""
    assert write_units({"a": {"S": "x" * 1023}}) == 1
    assert write_units({"a": {"S": "x" * 1024}}) == 2


def test_a_read_costs_a_unit_for_each_four_kilobytes_begun_and_half_of_it_when_eventually_consistent() -> None:
    """An item that is not there costs as much as a small one."""
    assert read_units({"a": {"S": "x" * 4095}}, consistent=True) == 1
    assert read_units({"a": {"S": "x" * 4096}}, consistent=True) == 2
    assert read_units(None, consistent=True) == 1
    assert read_units(None, consistent=False) == 0.5
