"""Sentiment of English by VADER's lexicon and rules (Hutto and Gilbert 2014); of other languages none is told."""

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from consumers.analysis_queue.analyzer import Sentiment
from consumers.analysis_queue.words import sentences_of

if TYPE_CHECKING:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

LANGUAGE = "en"
SENTENCES_LOOKED_AT = 1_000
SENTENCE_CHARACTERS = 500
"""VADER takes the square of a sentence's length: what is beyond this of one is left out."""
CLEAR_PERCENT = 5
"""What VADER's authors take for the bound between neutral and not."""
MIXED_PERCENT = 20
"""From how much of each on a text that is neutral as a whole is mixed."""


def sentiment_of(text: str, language: str | None) -> Sentiment | None:
    """Return the mean over the sentences that say anything; None where the language is not English."""
    if language != LANGUAGE:
        return None
    scores = [
        float(_vader().polarity_scores(sentence[:SENTENCE_CHARACTERS])["compound"])
        for sentence in islice(sentences_of(text), SENTENCES_LOOKED_AT)
    ]
    telling = [score for score in scores if score]
    mean = sum(telling) / len(telling) if telling else 0.0
    percent = round(100 * mean)
    if abs(percent) >= CLEAR_PERCENT:
        label = "positive" if percent > 0 else "negative"
    else:
        good = sum(score for score in telling if score > 0)
        label = "mixed" if telling and 100 * good / len(telling) >= MIXED_PERCENT else "neutral"
    return Sentiment(label=label, score_percent=percent)


@cache
def _vader() -> "SentimentIntensityAnalyzer":
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()
