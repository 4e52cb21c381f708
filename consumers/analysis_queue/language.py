"""Which language a text is in: told by its script, or by the small words that every text is full of."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import islice

from stop_words import LANGUAGE_MAPPING, get_stop_words

WORDS_LOOKED_AT = 5_000
LEAST_HITS = 2
LEAST_SHARE = 0.15
"""Of the words looked at that must be small words of the language: less is chance. Prose has twice that."""

_SCRIPTS = (
    (0x0370, 0x03FF, "el"),
    (0x0590, 0x05FF, "he"),
    (0x0900, 0x097F, "hi"),
    (0x0A80, 0x0AFF, "gu"),
    (0x0E00, 0x0E7F, "th"),
    (0x3040, 0x30FF, "ja"),
    (0x3400, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)
"""Scripts that one language of many readers is written in: first and last code point."""
_BY_SCRIPT = {language for *_, language in _SCRIPTS}
NO_SPACES = {"ja", "zh", "th"}


def language_of(words: Sequence[str]) -> str | None:
    """Return the ISO 639-1 code of the language of most of the first words; None where it cannot be told."""
    looked_at = words[:WORDS_LOOKED_AT]
    scripts = Counter(_script(word) for word in looked_at)
    if scripts["ja"] * 4 > scripts["zh"] > 0:  # Japanese mixes its own syllables into Chinese characters
        scripts["ja"] += scripts.pop("zh")
    script, count = max(scripts.items(), key=lambda item: item[1], default=(None, 0))
    if script is not None:
        return script if count * 2 > len(looked_at) else None
    hits: Counter[str] = Counter()
    for word in looked_at:
        for language in _languages_by_word().get(word.casefold(), ()):
            hits[language] += 1
    if not hits:
        return None
    language, most = min(hits.items(), key=lambda item: (-item[1], item[0]))
    return language if most >= LEAST_HITS and most >= LEAST_SHARE * len(looked_at) else None


@cache
def stop_words(language: str | None) -> frozenset[str]:
    """Return the small words of a language, of English where it has none here."""
    known = language if language in LANGUAGE_MAPPING else "en"
    return frozenset(word.casefold().replace("\u2019", "'") for word in get_stop_words(known))


@cache
def _languages_by_word() -> Mapping[str, Sequence[str]]:
    languages: dict[str, list[str]] = {}
    for language in sorted(LANGUAGE_MAPPING):
        if language not in _BY_SCRIPT:
            for word in stop_words(language):
                languages.setdefault(word, []).append(language)
    return languages


def _script(word: str) -> str | None:
    point = ord(next(islice(word, 1)))
    return next((language for first, last, language in _SCRIPTS if first <= point <= last), None)
