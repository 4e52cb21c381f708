"""What an analysis is, and whoever can make one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCount:
    """A term and how often it stands in the document."""

    term: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What was found out about a document.

    Attributes:
        characters: Unicode code points of title and body.
        words: a run of letters and digits; of Chinese and Japanese, whose words no space parts, each character.
        reading_time_s: seconds an adult takes to read it silently.
        top_terms: the most frequent first; of equal ones, the first in code point order.

    """

    characters: int
    words: int
    sentences: int
    reading_time_s: int
    top_terms: Sequence[TermCount]


class Analyzer(Protocol):
    """Analyses documents: the same text gives the same analysis for one name and version.

    Time and memory are bounded by the text's length alone, for any text that fits a DynamoDB item.
    """

    @property
    def name(self) -> str:
        """Return the analyser's name."""
        ...

    @property
    def version(self) -> int:
        """Return its version: it grows whenever results change."""
        ...

    def analyze(self, title: str, body: str) -> Analysis:
        """Return the analysis of a document; both texts may be empty."""
        ...
