"""The local analyser counts what people would count, whatever the script, in bounded time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.analysis_queue.analyzer import Analysis, TermCount
from consumers.analysis_queue.local_analyzer import LocalAnalyzer


def analyze(body: str, title: str = "") -> Analysis:
    return LocalAnalyzer().analyze(title, body)


def test_a_text() -> None:
    """Counts of a small English text, title and body together."""
    analysis = analyze("The fox doesn't run. Foxes run! Do they? 3.14 is no end", title="On foxes")
    assert analysis == Analysis(
        characters=63,
        words=15,
        sentences=5,
        reading_time_s=4,
        top_terms=[
            TermCount(term="foxes", count=2),
            TermCount(term="run", count=2),
            TermCount(term="doesn't", count=1),
            TermCount(term="end", count=1),
            TermCount(term="fox", count=1),
        ],
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
    "text",
    [
        "x" * 1_000_000,
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
