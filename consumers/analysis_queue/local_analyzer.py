"""An analyser that needs neither network nor model: it counts."""

import re
from collections import Counter

from consumers.analysis_queue.analyzer import Analysis, TermCount

WORDS_A_MINUTE = 238
"""Silent reading of English non-fiction (Brysbaert 2019, "How many words do we read per minute?")."""
TOP_TERMS = 10
TERM_CHARACTERS = range(3, 65)
"""Shorter words say little; longer ones are no words but data."""
STOP_WORDS = frozenset(
    """
    about after all also and any are because been before but can could did does for from had has have her here him his
    how into its just more not now off only other our out over said she should some such than that the their them then
    there these they this those through too under until very was were what when where which while who whom why will
    with would you your
    """.split()  # noqa: SIM905 - 82 words of a list are read as a text
)

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Hiragana, katakana and the common ideographs: written without spaces."""
_words = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['\u2019][^\W_{_CJK}]+)*").findall
_sentence_ends = re.compile(
    "(?<![.!?\u2026])[.!?\u2026]++(?=\\s|$)"  # before white space; each run of them is looked at once
    "|[\u3002\uff01\uff1f\u061f\u06d4\u0964]+"  # of scripts that put no space behind: Chinese, Arabic, Urdu, Hindi
    "|\n\\s*\n"
).split


class LocalAnalyzer:
    """Counts words, sentences and terms. Each step looks at every character once."""

    name = "local"
    version = 1

    def analyze(self, title: str, body: str) -> Analysis:
        """Return the analysis of a document."""
        words = [*_words(title), *_words(body)]
        return Analysis(
            characters=len(title) + len(body),
            words=len(words),
            sentences=_sentences(title) + _sentences(body),
            reading_time_s=-(-len(words) * 60 // WORDS_A_MINUTE),
            top_terms=_top_terms(words),
        )


def _sentences(text: str) -> int:
    return sum(1 for sentence in _sentence_ends(text) if sentence.strip())


def _top_terms(words: list[str]) -> list[TermCount]:
    terms = (word.casefold() for word in words if len(word) in TERM_CHARACTERS)
    counts = Counter(term for term in terms if term not in STOP_WORDS and not term.isdecimal())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [TermCount(term=term, count=count) for term, count in ranked[:TOP_TERMS]]
