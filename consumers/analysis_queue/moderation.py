"""Terms that a stage wants to know of, found and told masked."""

from collections import Counter
from collections.abc import Sequence

from consumers.analysis_queue.analyzer import TermCount
from consumers.analysis_queue.words import words_of

MOST_TERMS = 50


class TermList:
    """Terms of one or more words; letter case plays no part. A text of n words takes n times the longest term."""

    def __init__(self, terms: Sequence[str]) -> None:
        """Take the terms; one without a letter or digit is none."""
        phrases = (tuple(word.casefold() for word in words_of(term)) for term in terms)
        self._terms = frozenset(phrase for phrase in phrases if phrase)
        self._lengths = sorted({len(term) for term in self._terms})

    def found_in(self, words: Sequence[str]) -> Sequence[TermCount]:
        """Return the terms that stand in a text of these words, masked, the most frequent first."""
        if not self._terms:
            return ()
        folded = [word.casefold() for word in words]
        counts: Counter[tuple[str, ...]] = Counter()
        for length in self._lengths:
            runs = zip(*(folded[offset:] for offset in range(length)), strict=False)
            counts.update(run for run in runs if run in self._terms)
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return [TermCount(term=masked(" ".join(term)), count=count) for term, count in ranked[:MOST_TERMS]]


def masked(term: str) -> str:
    """Return a term whose words keep only their first letter.

    >>> masked("rotten egg")
    'r***** e**'
    """
    return " ".join(word[0] + "*" * (len(word) - 1) for word in term.split())
