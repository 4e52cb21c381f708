"""Amazon Comprehend: its answers as documented, checked by botocore's own stubber; its limits kept."""

from collections.abc import Iterator, Sequence
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from consumers.analysis_queue.analyzer import Analysis, NotAnalyzed, Sentiment
from consumers.analysis_queue.comprehend_analyzer import MAX_TEXT_BYTES, MOST_PIECES, ComprehendAnalyzer
from consumers.analysis_queue.local_analyzer import LocalAnalyzer
from consumers.analysis_queue.message import Content
from consumers.analysis_queue.words import cut_at_sentence_ends


@pytest.fixture
def comprehend() -> Any:
    return boto3.client("comprehend", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


@pytest.fixture
def stubber(comprehend: Any) -> Iterator[Stubber]:
    with Stubber(comprehend) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def analyze(comprehend: Any, *bodies: str) -> Sequence[Analysis | NotAnalyzed]:
    analyzer = ComprehendAnalyzer(comprehend, LocalAnalyzer())
    return analyzer.analyze([Content(title="", body=body) for body in bodies])


def languages(stubber: Stubber, texts: list[str], *codes: str, errors: Sequence[dict[str, Any]] = ()) -> None:
    results = [
        {"Index": index, "Languages": [{"LanguageCode": "xx", "Score": 0.1}, {"LanguageCode": code, "Score": 0.9}]}
        for index, code in enumerate(codes)
        if code
    ]
    stubber.add_response(
        "batch_detect_dominant_language",
        {"ResultList": results, "ErrorList": list(errors)},
        {"TextList": texts},
    )


def sentiment_and_phrases(
    stubber: Stubber, texts: list[str], language: str, scores: Sequence[dict[str, float]]
) -> None:
    asked = {"TextList": texts, "LanguageCode": language}
    sentiments = [
        {"Index": index, "Sentiment": "MIXED", "SentimentScore": {"Mixed": 0.0, "Neutral": 0.0, **score}}
        for index, score in enumerate(scores)
    ]
    stubber.add_response("batch_detect_sentiment", {"ResultList": sentiments, "ErrorList": []}, asked)
    phrases = [
        {"Index": index, "KeyPhrases": [{"Text": "The Tide", "Score": 0.9, "BeginOffset": 0, "EndOffset": 8}]}
        for index, _ in enumerate(scores)
    ]
    stubber.add_response("batch_detect_key_phrases", {"ResultList": phrases, "ErrorList": []}, asked)


def test_documents_are_asked_about_together_by_language(comprehend: Any, stubber: Stubber) -> None:
    """One call for all languages, then two for each language; a language it does not speak costs none."""
    texts = [f"\n\n{text}" for text in ("one", "zwei", "three", "четыре")]
    languages(stubber, texts, "en", "de", "en", "uk")
    sentiment_and_phrases(stubber, [texts[1]], "de", [{"Positive": 0.0, "Negative": 1.0}])
    sentiment_and_phrases(stubber, [texts[0], texts[2]], "en", [{"Positive": 1.0, "Negative": 0.0}] * 2)
    one, zwei, three, four = analyze(comprehend, "one", "zwei", "three", "четыре")
    assert isinstance(one, Analysis)
    assert isinstance(zwei, Analysis)
    assert isinstance(four, Analysis)
    assert one.sentiment == Sentiment(label="positive", score_percent=100)
    assert zwei.sentiment == Sentiment(label="negative", score_percent=-100)
    assert one.key_phrases == ["the tide"]
    assert (four.language, four.sentiment, four.key_phrases) == ("uk", None, [])
    assert three == one.__replace__(characters=5)


def test_a_document_in_the_error_list_fails_alone(comprehend: Any, stubber: Stubber) -> None:
    """The code is told; an empty document is not asked about at all."""
    error = {"Index": 1, "ErrorCode": "INTERNAL_SERVER_EXCEPTION", "ErrorMessage": "try again"}
    languages(stubber, ["\n\none", "\n\ntwo"], "en", "", errors=[error])
    sentiment_and_phrases(stubber, ["\n\none"], "en", [{"Positive": 0.5, "Negative": 0.5}])
    one, empty, two = analyze(comprehend, "one", "", "two")
    assert isinstance(one, Analysis)
    assert isinstance(empty, Analysis)
    assert two == NotAnalyzed(cause="Comprehend: INTERNAL_SERVER_EXCEPTION")


def test_a_call_that_fails_is_raised(comprehend: Any, stubber: Stubber) -> None:
    """The worker keeps all messages then."""
    stubber.add_client_error("batch_detect_dominant_language", "ThrottlingException")
    with pytest.raises(ClientError, match="ThrottlingException"):
        analyze(comprehend, "one")


class Recorder:
    """Takes every call, checks the limits, answers at length."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def _take(self, texts: list[str], result: dict[str, Any]) -> dict[str, Any]:
        assert 1 <= len(texts) <= 25
        assert all(len(text.encode()) <= 5_000 for text in texts)
        self.calls.append(texts)
        return {"ResultList": [{"Index": index, **result} for index in range(len(texts))], "ErrorList": []}

    def batch_detect_dominant_language(self, *, TextList: list[str]) -> dict[str, Any]:  # noqa: N803
        return self._take(TextList, {"Languages": [{"LanguageCode": "en", "Score": 1.0}]})

    def batch_detect_sentiment(self, *, TextList: list[str], LanguageCode: str) -> dict[str, Any]:  # noqa: N803
        return self._take(TextList, {"SentimentScore": {"Positive": 0.0, "Negative": 0.0, "Neutral": 1.0}})

    def batch_detect_key_phrases(self, *, TextList: list[str], LanguageCode: str) -> dict[str, Any]:  # noqa: N803
        return self._take(TextList, {"KeyPhrases": []})


def test_large_documents_keep_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """25 texts a call, 5 KB a text, and no more pieces of one document than are paid for."""
    recorder = Recorder()
    analyses = analyze(recorder, "x" * 1_000_000, "The tide is high. " * 17_000, "\U0001f600" * 5_000, "")
    assert all(isinstance(analysis, Analysis) for analysis in analyses)
    assert sum(map(len, recorder.calls[1:])) <= 2 * 3 * MOST_PIECES


@pytest.mark.parametrize("text", ["The tide. " * 3_000, "word " * 3_000, "x" * 12_000, "\U0001f600" * 4_000, "", "a. "])
def test_pieces_make_up_the_text(text: str) -> None:
    """Nothing is lost or doubled, and whole sentences stay whole where they fit."""
    pieces = list(cut_at_sentence_ends(text, MAX_TEXT_BYTES))
    assert "".join(pieces).strip() == text.strip()
    assert all(len(piece.encode()) <= MAX_TEXT_BYTES for piece in pieces)
    if ". " in text:
        assert all(piece.rstrip().endswith(".") for piece in pieces)
