"""A place in a shard from which reading goes on, and its text in the checkpoint table. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimHorizon:
    """The oldest record that the shard still has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """What is written from now on; nothing has been read yet.

    An iterator of type LATEST that is lost before the first record came cannot be asked for again: what was written
    in between would be missed. So the moment is kept, and a lost iterator is replaced by the trim horizon, from which
    the shard drops what is older than this moment.
    """

    since_ms: int
    """When the mapping began to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """Right after a record: all up to it is done."""

    sequence_number: str
    """As the stream wrote it; its order is that of the integer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardEnd:
    """The shard is closed and all of it is done: its children may be read."""


type Position = TrimHorizon | Latest | After | ShardEnd


class NotAPositionError(ValueError):
    """A text that no `text_of` wrote: another program's, or another version's."""


def text_of(position: Position) -> str:
    """Return the position as the checkpoint table holds it."""
    match position:
        case TrimHorizon():
            return "TRIM_HORIZON"
        case Latest(since_ms=since_ms):
            return f"LATEST@{since_ms}"
        case After(sequence_number=sequence_number):
            return sequence_number
        case ShardEnd():
            return "SHARD_END"


def position_of(text: str) -> Position:
    """Return the position a text of `text_of` stands for.

    Raises:
        NotAPositionError: it is no such text.

    """
    if text == "TRIM_HORIZON":
        return TrimHorizon()
    if text == "SHARD_END":
        return ShardEnd()
    kind, _, moment = text.rpartition("@")
    if kind == "LATEST" and moment.isdecimal():
        return Latest(since_ms=int(moment))
    if text.isdecimal() and text.isascii():
        return After(sequence_number=text)
    raise NotAPositionError(f"{text!r} is no position: TRIM_HORIZON, LATEST@<ms>, SHARD_END or a sequence number is.")
