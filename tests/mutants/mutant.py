"""A wrong version of one file."""

from dataclasses import dataclass
from pathlib import Path

CORE = ("tests/unit/stream_processor", "tests/property")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """What is wrong about it, and how.

    Attributes:
        breaks: in a few words; the invariant where it is one.
        file: relative to the checkout.
        old: text that stands once in the file.
        tests: folders of tests that may tell; the simulator is asked after them.

    """

    breaks: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...] = CORE

    def times(self, checkout: Path) -> int:
        """Return how often the text that it replaces stands in its file: once, unless the code has changed."""
        return (checkout / self.file).read_text().count(self.old)

    def apply(self, checkout: Path) -> None:
        """Change the file."""
        path = checkout / self.file
        path.write_text(path.read_text().replace(self.old, self.new))
