"""Key phrases by RAKE: runs of words between small words and punctuation (Rose, Engel, Cramer, Cowley 2010)."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from consumers.analysis_queue.words import words_of

MOST_PHRASES = 10
MOST_WORDS = 4
"""In a phrase: longer runs are no phrases but lists."""
CHARACTERS_LOOKED_AT = 100_000
WORD_CHARACTERS = range(2, 65)
"""Longer ones are no words but data."""

_fragments = re.compile(r"[^\w\s'\u2019-]+|\n+").split


def key_phrases(text: str, small_words: Collection[str]) -> Sequence[str]:
    """Return the most telling phrases of the text's beginning, the best first.

    A word weighs the more, the longer the phrases are that it stands in; a phrase weighs what its words do together.
    """
    phrases = Counter(_phrases(text[:CHARACTERS_LOOKED_AT], small_words))
    frequency: Counter[str] = Counter()
    degree: Counter[str] = Counter()
    for phrase, count in phrases.items():
        for word in phrase:
            frequency[word] += count
            degree[word] += count * len(phrase)
    weights = {phrase: sum(degree[word] / frequency[word] for word in phrase) for phrase in phrases}
    ranked = sorted(phrases, key=lambda phrase: (-weights[phrase], -phrases[phrase], phrase))
    return [" ".join(phrase) for phrase in ranked[:MOST_PHRASES]]


def _phrases(text: str, small_words: Collection[str]) -> Iterator[tuple[str, ...]]:
    for fragment in _fragments(text):
        run: list[str] = []
        for word in map(str.casefold, words_of(fragment)):
            if word in small_words or word.isdecimal() or len(word) not in WORD_CHARACTERS:
                yield from _ended(run)
                run = []
            else:
                run.append(word)
        yield from _ended(run)


def _ended(run: Sequence[str]) -> Iterator[tuple[str, ...]]:
    if 1 <= len(run) <= MOST_WORDS:
        yield tuple(run)
