"""What a check says."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check's answer.

    Attributes:
        title: what was checked.
        verified: what holds, in words, when there are no differences.
        differences: what differs, each in a line.
        repeats: raw repeats that the sink took harmlessly; counted, not hidden. None where they cannot be seen.

    """

    title: str
    verified: str
    differences: tuple[str, ...] = ()
    repeats: int | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def missing(what: str, expected: Iterable[str], found: Iterable[str]) -> list[str]:
    """Return a line for each that is expected and not found."""
    return [f"{name}: {what}" for name in sorted(set(expected) - set(found))]
