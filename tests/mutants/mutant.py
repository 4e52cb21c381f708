"""A wrong version of one file."""

from dataclasses import dataclass
from pathlib import Path

CORE = ("tests/unit/stream_processor", "tests/property")


class OldTextGoneError(Exception):
    """The text that a mutant replaces is not in its file, or stands there more than once."""


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

    def apply(self, checkout: Path) -> None:
        """Change the file.

        Raises:
            OldTextGoneError: the code has changed; the mutant must be written anew.

        """
        path = checkout / self.file
        text = path.read_text()
        if text.count(self.old) != 1:
            raise OldTextGoneError(
                f"{self.breaks}: {self.file} holds this text {text.count(self.old)} times: {self.old!r}"
            )
        path.write_text(text.replace(self.old, self.new))
