"""The local analyser counts what people would count, whatever the script, in bounded time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.analysis_queue.analyzer import Analysis, Sentiment, TermCount
from consumers.analysis_queue.local_analyzer import LocalAnalyzer
from consumers.analysis_queue.message import Content
from consumers.analysis_queue.moderation import TermList


def analyze(body: str, title: str = "") -> Analysis:
    (analysis,) = LocalAnalyzer(TermList(["Rotten egg", "fie", "--"])).analyze([Content(title=title, body=body)])
    return analysis


def test_a_text() -> None:
    """Counts of a small English text, title and body together."""
    analysis = analyze("The fox doesn't run. Foxes run! Do they? 3.14 is no end", title="On foxes")
    assert analysis == Analysis(
        characters=63,
        words=15,
        sentences=5,
        reading_time_s=4,
        top_terms=[TermCount(term="foxes", count=2), TermCount(term="fox", count=1)],
        language="en",
        readability=10,
        key_phrases=["foxes", "fox"],
        sentiment=Sentiment(label="negative", score_percent=-30),
        moderation=[],
    )


@pytest.mark.parametrize(
    ("text", "words", "sentences"),
    [
        ("", 0, 0),
        (" \n\n ", 0, 0),
        ("\U0001f600 \U0001f469\u200d\U0001f4bb", 0, 1),
        ("\u5e8a\u524d\u660e\u6708\u5149\u3002\u7591\u662f\u5730\u4e0a\u971c\u3002", 10, 2),
        ("\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645\u061f \u0646\u0639\u0645.", 3, 2),
        ("\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440!", 2, 1),
        ("Wait... what?! No.", 3, 3),
        ("snake_case counts as two", 5, 1),
    ],
)
def test_scripts(text: str, words: int, sentences: int) -> None:
    """Words and sentences in other scripts, and in none."""
    analysis = analyze(text)
    assert (analysis.words, analysis.sentences) == (words, sentences)
    assert analysis.characters == len(text)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The tide table is wrong again, and nobody has moved the meeting.", "en"),
        ("Die Katze ist auf dem Dach und der Hund ist im Haus.", "de"),
        ("La marea alta llega ma\u00f1ana por la ma\u00f1ana a la casa del barco.", "es"),
        ("Tout le monde est dans la maison avec nous, et il pleut.", "fr"),
        ("\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "he"),
        ("\u4f1a\u8b70\u3092\u6728\u66dc\u65e5\u306b\u79fb\u3057\u305f", "ja"),
        ("\u5e8a\u524d\u660e\u6708\u5149", "zh"),
        ("\uc548\ub155 \ud558\uc138\uc694", "ko"),
        ("\U0001f600", None),
        ("foxes ships 1 2 3", None),
        ("", None),
    ],
)
def test_languages(text: str, language: str | None) -> None:
    """Told by the script or the small words, and not told where neither says anything."""
    assert analyze(text).language == language


def test_sentiment_of_english() -> None:
    """Praise is positive, blame negative; of other languages nothing is said."""
    praise, blame = analyze("I love this, it is a great day."), analyze("This is the worst, and I hate it.")
    assert praise.sentiment is not None
    assert blame.sentiment is not None
    assert (praise.sentiment.label, blame.sentiment.label) == ("positive", "negative")
    assert -100 <= blame.sentiment.score_percent < 0 < praise.sentiment.score_percent <= 100
    assert analyze("Die Katze ist auf dem Dach und der Hund ist im Haus.").sentiment is None


def test_terms_are_told_masked() -> None:
    """Whole words of the list in any letter case, also of several words; the document's own text is not told."""
    found = analyze("A ROTTEN Egg, rotten   egg! Fie. Fiefdom.", title="fie").moderation
    assert found == [TermCount(term="f**", count=2), TermCount(term="r***** e**", count=2)]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "a " * 500_000,
        "the good bad " * 75_000,
        "good" * 250_000,
        "fie " * 250_000,
        "x'" * 500_000,
        "." * 1_000_000 + "x",
        "\n" + " " * 1_000_000,
        "\n " * 500_000,
        "!?" * 500_000,
        "\u5e8a" * 400_000,
        " ".join(f"word{number}" for number in range(100_000)),
        "lorem ipsum dolor. " * 16_000,
    ],
)
def test_hostile_texts_take_bounded_time(text: str) -> None:
    """A megabyte of anything is counted in far less than the worker's time-out."""
    begin_s = time.process_time()
    analysis = analyze(text)
    assert time.process_time() - begin_s < 5
    assert len(analysis.top_terms) <= 10


@given(st.text(), st.text())
def test_any_text_can_be_analysed(title: str, body: str) -> None:
    """No text makes the analyser fail, and the same text gives the same analysis."""
    assert analyze(body, title) == analyze(body, title)
