"""Words and sentences, whatever the script. Each step looks at every character once."""

import re
from collections.abc import Iterator

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Hiragana, katakana and the common ideographs: written without spaces."""
_words = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['\u2019][^\W_{_CJK}]+)*").findall
_sentence_ends = re.compile(
    "(?<![.!?\u2026])[.!?\u2026]++(?=\\s|$)"  # before white space; each run of them is looked at once
    "|[\u3002\uff01\uff1f\u061f\u06d4\u0964]+"  # of scripts that put no space behind: Chinese, Arabic, Urdu, Hindi
    "|\n\\s*\n"
)


def words_of(text: str) -> list[str]:
    """Return the words, as they are written."""
    return _words(text)


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences, without what ends them."""
    return (sentence for sentence in _sentence_ends.split(text) if sentence.strip())


def cut_at_sentence_ends(text: str, most_bytes: int) -> Iterator[str]:
    """Yield the text in pieces of at most `most_bytes` of UTF-8, each as long as it can be.

    A piece ends where a sentence does; a sentence that is longer by itself is cut at white space, or, where it has
    none, between two code points.
    """
    begin = 0
    while begin < len(text):
        end = begin + _fitting(text[begin : begin + most_bytes], most_bytes)
        if end < len(text):
            end = _last_end(text, begin, end)
        if text[begin:end].strip():
            yield text[begin:end]
        begin = end


def _fitting(text: str, most_bytes: int) -> int:
    """Return how many of the text's first code points have at most `most_bytes`."""
    encoded = text.encode("utf-8", "replace")[:most_bytes]
    return len(encoded.decode("utf-8", "ignore"))


def _last_end(text: str, begin: int, end: int) -> int:
    ends = [match.end() for match in _sentence_ends.finditer(text, begin, end)]
    if ends and ends[-1] > begin:
        return ends[-1]
    space = max(text.rfind(" ", begin, end), text.rfind("\n", begin, end))
    return space + 1 if space > begin else end
