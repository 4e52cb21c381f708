"""Positions as the checkpoint table holds them."""

import pytest

from fanout_local.event_source_mapping.position import (
    After,
    Latest,
    NotAPositionError,
    Position,
    ShardEnd,
    TrimHorizon,
    position_of,
    text_of,
)

POSITIONS: list[Position] = [
    TrimHorizon(),
    Latest(since_ms=1_700_000_000_000),
    After(sequence_number="000000000000000000123"),
    ShardEnd(),
]


@pytest.mark.parametrize("position", POSITIONS, ids=repr)
def test_a_position_survives_being_stored(position: Position) -> None:
    """Zeros before a sequence number too."""
    assert position_of(text_of(position)) == position


@pytest.mark.parametrize("text", ["", "LATEST", "LATEST@", "LATEST@soon", "12a", "-1", "٣"])
def test_a_text_of_another_version_is_refused(text: str) -> None:
    """It is named, not guessed at."""
    with pytest.raises(NotAPositionError, match="is no position"):
        position_of(text)
