"""What an analysis is, and whoever can make one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from consumers.analysis_queue.message import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class TermCount:
    """A term and how often it stands in the document."""

    term: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """How a text feels.

    Attributes:
        label: positive, negative, neutral or mixed.
        score_percent: from -100 (nothing but negative) to 100.

    """

    label: str
    score_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What was found out about a document.

    Attributes:
        characters: Unicode code points of title and body.
        words: a run of letters and digits; of Chinese and Japanese, whose words no space parts, each character.
        reading_time_s: seconds an adult takes to read it silently.
        top_terms: the most frequent first; of equal ones, the first in code point order.
        language: ISO 639-1, where it can be told.
        readability: LIX, words a sentence plus the share of words over 6 letters in percent: 25 is easy, 55 hard. None
            where words are not parted by spaces.
        key_phrases: the most telling first.
        sentiment: None where the analyser does not know the language.
        moderation: terms of the stage's list that stand in the document, masked, the most frequent first.

    """

    characters: int
    words: int
    sentences: int
    reading_time_s: int
    top_terms: Sequence[TermCount]
    language: str | None = None
    readability: int | None = None
    key_phrases: Sequence[str] = ()
    sentiment: Sentiment | None = None
    moderation: Sequence[TermCount] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAnalyzed:
    """One document could not be analysed now: its messages come again."""

    cause: str


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

    def analyze(self, contents: Sequence[Content]) -> Sequence[Analysis | NotAnalyzed]:
        """Return the analysis of each document, in their order; texts may be empty.

        Raises:
            ClientError, BotoCoreError: the service behind it fails for all of them.

        """
        ...
