"""The answer names the lowest unsettled record, by number (I2)."""

from hypothesis import given
from hypothesis import strategies as st

from stream_processor.settlement import settle

sequence_numbers = st.builds(
    lambda number, zeros: "0" * zeros + str(number), st.integers(0, 10**38), st.sampled_from([0, 1])
)


@given(st.lists(sequence_numbers, min_size=1))
def test_the_lowest_number_is_named_as_the_stream_wrote_it(unsettled: list[str]) -> None:
    """Of numbers of any lengths the smallest integer wins, and its own text is the answer."""
    (failure,) = settle(unsettled)["batchItemFailures"]
    assert failure["itemIdentifier"] in unsettled
    assert all(int(failure["itemIdentifier"]) <= int(number) for number in unsettled)


@given(st.lists(sequence_numbers))
def test_a_record_that_cannot_be_named_fails_the_whole_batch(others: list[str]) -> None:
    """An unsettled record without a sequence number moves no checkpoint."""
    assert settle([*others, None]) == {"batchItemFailures": [{"itemIdentifier": ""}]}


def test_nothing_unsettled_is_the_empty_answer() -> None:
    """A batch without failures is answered by an empty list."""
    assert settle([]) == {"batchItemFailures": []}
