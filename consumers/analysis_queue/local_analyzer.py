"""An analyser that needs neither network nor model: it counts, and looks small words and feelings up in lists."""

from collections import Counter
from collections.abc import Collection, Sequence

from consumers.analysis_queue.analyzer import Analysis, TermCount
from consumers.analysis_queue.key_phrases import key_phrases
from consumers.analysis_queue.language import NO_SPACES, language_of, stop_words
from consumers.analysis_queue.message import Content
from consumers.analysis_queue.moderation import TermList
from consumers.analysis_queue.sentiment import sentiment_of
from consumers.analysis_queue.words import sentences_of, words_of

WORDS_A_MINUTE = 238
"""Silent reading of English non-fiction (Brysbaert 2019, "How many words do we read per minute?")."""
TOP_TERMS = 10
TERM_CHARACTERS = range(3, 65)
"""Shorter words say little; longer ones are no words but data."""
LONG_WORD = 7
"""Letters from which on LIX counts a word as long."""
NO_TERMS = TermList(())


class LocalAnalyzer:
    """Each step looks at every character once, or at a bounded beginning of the text."""

    name = "local"
    version = 2

    def __init__(self, terms: TermList = NO_TERMS) -> None:
        """Take the terms to be told of."""
        self._terms = terms

    def analyze(self, contents: Sequence[Content]) -> Sequence[Analysis]:
        """Return the analysis of each document."""
        return [self._analyze(content.title, content.body) for content in contents]

    def _analyze(self, title: str, body: str) -> Analysis:
        words = [*words_of(title), *words_of(body)]
        sentences = sum(1 for text in (title, body) for _ in sentences_of(text))
        language = language_of(words)
        small_words = stop_words(language)
        return Analysis(
            characters=len(title) + len(body),
            words=len(words),
            sentences=sentences,
            reading_time_s=-(-len(words) * 60 // WORDS_A_MINUTE),
            top_terms=_top_terms(words, small_words),
            language=language,
            readability=None if language in NO_SPACES else _lix(words, sentences),
            key_phrases=() if language in NO_SPACES else key_phrases(f"{title}\n{body}", small_words),
            sentiment=sentiment_of(f"{title}\n\n{body}", language),
            moderation=self._terms.found_in(words),
        )


def _lix(words: Sequence[str], sentences: int) -> int | None:
    """Return the readability index of Björnsson 1968."""
    if not words:
        return None
    long_words = sum(1 for word in words if len(word) >= LONG_WORD)
    return round(len(words) / max(1, sentences) + 100 * long_words / len(words))


def _top_terms(words: Sequence[str], small_words: Collection[str]) -> list[TermCount]:
    terms = (word.casefold() for word in words if len(word) in TERM_CHARACTERS)
    counts = Counter(term for term in terms if term not in small_words and not term.isdecimal())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [TermCount(term=term, count=count) for term, count in ranked[:TOP_TERMS]]
