"""Amazon Comprehend: language, sentiment and key phrases by its batch calls; what is counted is counted here.

What it costs stands in docs/analysis.md. Limits: 25 texts a call, 5 KB a text (Amazon Comprehend Developer Guide,
"Guidelines and quotas").
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched, islice
from typing import TYPE_CHECKING, Any

from consumers.analysis_queue.analyzer import Analysis, NotAnalyzed, Sentiment
from consumers.analysis_queue.key_phrases import MOST_PHRASES
from consumers.analysis_queue.local_analyzer import LocalAnalyzer
from consumers.analysis_queue.message import Content
from consumers.analysis_queue.words import cut_at_sentence_ends

if TYPE_CHECKING:
    from mypy_boto3_comprehend import ComprehendClient

TEXTS_A_CALL = 25
MAX_TEXT_BYTES = 5_000
MOST_PIECES = 20
"""Of one document: 100 KB. What is beyond is counted, but Comprehend is not paid to read it."""
PHRASE_CHARACTERS = 100
LANGUAGES = frozenset(("ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "pt", "zh", "zh-TW"))
"""Of which Comprehend tells sentiment and key phrases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A part of a document.

    Attributes:
        document: its position among the documents.

    """

    document: int
    text: str


class ComprehendAnalyzer:
    """Analyses a batch of documents in as few calls as their languages allow."""

    name = "comprehend"
    version = 1

    def __init__(self, comprehend: "ComprehendClient", counting: LocalAnalyzer) -> None:
        """Take Comprehend, and who counts words and finds the stage's terms."""
        self._comprehend = comprehend
        self._counting = counting

    def analyze(self, contents: Sequence[Content]) -> Sequence[Analysis | NotAnalyzed]:
        """Return the analysis of each document; see `consumers.analysis_queue.analyzer.Analyzer`."""
        pieces = [
            _Piece(document=position, text=text)
            for position, content in enumerate(contents)
            for text in islice(cut_at_sentence_ends(f"{content.title}\n\n{content.body}", MAX_TEXT_BYTES), MOST_PIECES)
        ]
        failures: dict[int, str] = {}
        languages = self._languages(pieces, failures)
        sentiments: dict[int, Counter[str]] = {}
        phrases: dict[int, Counter[str]] = {}
        for language in sorted(LANGUAGES & set(languages.values())):
            of_language = [piece for piece in pieces if languages.get(piece.document) == language]
            for piece, result in self._called(self._sentiments_in(language), of_language, failures):
                weights = sentiments.setdefault(piece.document, Counter())
                for label, score in result["SentimentScore"].items():
                    weights[label] += score * len(piece.text)
            for piece, result in self._called(self._phrases_in(language), of_language, failures):
                found = phrases.setdefault(piece.document, Counter())
                found.update(phrase["Text"].casefold()[:PHRASE_CHARACTERS] for phrase in result["KeyPhrases"])
        return [
            NotAnalyzed(cause=failures[position])
            if position in failures
            else replace(
                counted,
                language=languages.get(position),
                sentiment=_sentiment(sentiments.get(position)),
                key_phrases=_most_frequent(phrases.get(position, Counter())),
            )
            for position, counted in enumerate(self._counting.analyze(contents))
        ]

    def _languages(self, pieces: Sequence[_Piece], failures: dict[int, str]) -> Mapping[int, str]:
        """Return each document's language by its first piece."""
        firsts = list({piece.document: piece for piece in reversed(pieces)}.values())[::-1]

        def call(texts: Sequence[str]) -> Mapping[str, Any]:
            return self._comprehend.batch_detect_dominant_language(TextList=texts)

        return {
            piece.document: max(result["Languages"], key=lambda language: language["Score"])["LanguageCode"]
            for piece, result in self._called(call, firsts, failures)
            if result["Languages"]
        }

    def _sentiments_in(self, language: str) -> Callable[[Sequence[str]], Mapping[str, Any]]:
        return lambda texts: self._comprehend.batch_detect_sentiment(TextList=texts, LanguageCode=language)  # type: ignore[arg-type]

    def _phrases_in(self, language: str) -> Callable[[Sequence[str]], Mapping[str, Any]]:
        return lambda texts: self._comprehend.batch_detect_key_phrases(TextList=texts, LanguageCode=language)  # type: ignore[arg-type]

    def _called(
        self,
        call: Callable[[Sequence[str]], Mapping[str, Any]],
        pieces: Sequence[_Piece],
        failures: dict[int, str],
    ) -> Iterator[tuple[_Piece, Mapping[str, Any]]]:
        """Yield each piece with its result; a piece in the error list, or in neither, fails its document."""
        for some in batched(pieces, TEXTS_A_CALL, strict=False):
            answer = call([piece.text for piece in some])
            errors = {error["Index"]: error for error in answer["ErrorList"]}
            results = {result["Index"]: result for result in answer["ResultList"]}
            for index, piece in enumerate(some):
                if index in results:
                    yield piece, results[index]
                else:
                    failures[piece.document] = f"Comprehend: {errors.get(index, {}).get('ErrorCode', 'no answer')}"


def _sentiment(weights: Counter[str] | None) -> Sentiment | None:
    if not weights:
        return None
    total = weights.total() or 1
    return Sentiment(
        label=max(weights, key=lambda label: weights[label]).lower(),
        score_percent=round(100 * (weights["Positive"] - weights["Negative"]) / total),
    )


def _most_frequent(phrases: Counter[str]) -> Sequence[str]:
    ranked = sorted(phrases.items(), key=lambda item: (-item[1], item[0]))
    return [phrase for phrase, _ in ranked[:MOST_PHRASES]]
