"""The worker: the newest of each document is analysed, and no message is lost or taken twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from botocore.exceptions import BotoCoreError

from consumers.analysis_queue.analyzer import Analysis, Analyzer, NotAnalyzed
from consumers.analysis_queue.announcing import Finished
from consumers.analysis_queue.message import AnalysisMessage, Claim, Content, MalformedMessageError, encode
from consumers.analysis_queue.worker import AnalysisWorker, WorkReport
from stream_processor.change import EventName
from tests.aws_fakes import client_error
from tests.fakes import FakeClock


@dataclass
class FakeResults:
    """The results table in memory."""

    order_keys: dict[str, str] = field(default_factory=dict)
    readable: bool = True
    stored: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    fails_for: str = ""

    def known(self, document_ids: Sequence[str]) -> Mapping[str, str]:
        if not self.readable:
            raise client_error("InternalServerError", 500)
        return {name: self.order_keys[name] for name in document_ids if name in self.order_keys}

    def store(self, message: AnalysisMessage, analysis: Analysis, analyzer: Analyzer, now_ms: int) -> bool:
        return self._newer(message, self.stored)

    def delete(self, message: AnalysisMessage, now_ms: int) -> bool:
        return self._newer(message, self.deleted)

    def _newer(self, message: AnalysisMessage, where: list[str]) -> bool:
        if message.document_id == self.fails_for:
            raise client_error("ProvisionedThroughputExceededException")
        if self.order_keys.get(message.document_id, "") >= message.order_key:
            return False
        self.order_keys[message.document_id] = message.order_key
        where.append(message.event_id)
        return True


class CountingAnalyzer:
    """Remembers what it analysed."""

    name = "counting"
    version = 1

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def analyze(self, contents: Sequence[Content]) -> Sequence[Analysis | NotAnalyzed]:
        self.bodies += [content.body for content in contents]
        found = Analysis(characters=0, words=0, sentences=0, reading_time_s=0, top_terms=[])
        return [NotAnalyzed(cause="busy") if content.title == "busy" else found for content in contents]


@dataclass
class FakeAnnouncer:
    """Remembers what it told."""

    told: list[str] = field(default_factory=list)

    def announce(self, finished: Sequence[Finished], analyzer: Analyzer) -> None:
        self.told += [message.event_id for message, _ in finished]


@dataclass
class FakeClaims:
    contents: dict[str, Content] = field(default_factory=dict)

    def get(self, claim: Claim) -> Content:
        if claim.key not in self.contents:
            raise MalformedMessageError("the claim does not lie below claims/")
        return self.contents[claim.key]


def sqs_record(number: int, document: str = "a", *, body: str | None = None, **content: Any) -> dict[str, Any]:
    name = EventName.REMOVE if content.get("content", ...) is None else EventName.MODIFY
    message = AnalysisMessage(
        event_id=f"e{number}",
        document_id=document,
        order_key=f"label/{number:040}",
        event_name=name,
        written_at_ms=None,
        content=content.get("content", Content(title="", body=f"body {number}")),
    )
    return {"messageId": f"m{number}", "body": encode(message) if body is None else body}


def work(
    *records: dict[str, Any],
    results: FakeResults | None = None,
    claims: FakeClaims | None = None,
    announcer: FakeAnnouncer | None = None,
) -> tuple[WorkReport, CountingAnalyzer]:
    analyzer = CountingAnalyzer()
    worker = AnalysisWorker(
        analyzer=analyzer,
        results=results or FakeResults(),
        claims=cast("Any", claims or FakeClaims()),
        announcer=announcer or FakeAnnouncer(),
        clock=FakeClock(),
    )
    return worker.work(records), analyzer


def failed(report: WorkReport) -> list[str]:
    return sorted(failure["itemIdentifier"] for failure in report.answer["batchItemFailures"])


def test_only_the_newest_of_a_document_is_analysed() -> None:
    """Whatever the order of arrival, the greatest order key wins, and the others are answered with it."""
    report, analyzer = work(sqs_record(1), sqs_record(3), sqs_record(2), sqs_record(4, "b"))
    assert sorted(analyzer.bodies) == ["body 3", "body 4"]
    assert sorted(report.stored) == ["e3", "e4"]
    assert sorted(report.superseded) == ["e1", "e2"]
    assert failed(report) == []


def test_a_change_that_comes_late_changes_nothing() -> None:
    """The table knows a newer one: the message is done."""
    results = FakeResults()
    work(sqs_record(5), results=results)
    report, _ = work(sqs_record(4), results=results)
    assert report.superseded == ["e4"]
    assert results.stored == ["e5"]
    assert failed(report) == []


def test_what_the_table_knows_is_not_analysed_again() -> None:
    """A message that comes twice, or late, costs no analysis; where the table cannot be asked, storing decides."""
    results, announcer = FakeResults(), FakeAnnouncer()
    work(sqs_record(5), results=results, announcer=announcer)
    for readable in (True, False):
        results.readable = readable
        report, analyzer = work(sqs_record(5), sqs_record(4), results=results, announcer=announcer)
        assert sorted(report.superseded) == ["e4", "e5"]
        assert analyzer.bodies == ([] if readable else ["body 5"])
    assert announcer.told == ["e5"]


def test_a_document_that_cannot_be_analysed_now_waits_alone() -> None:
    """Its messages come again, the others' results are stored and told."""
    announcer = FakeAnnouncer()
    busy = Content(title="busy", body="")
    report, _ = work(sqs_record(1), sqs_record(2, "b", content=busy), sqs_record(3, content=None), announcer=announcer)
    assert failed(report) == ["m2"]
    assert report.causes == ["busy"]
    assert report.stored == ["e3"]
    assert announcer.told == []
    report, _ = work(sqs_record(2, "b", content=busy), sqs_record(4), announcer=announcer)
    assert announcer.told == ["e4"]


def test_an_analyser_that_fails_keeps_all_messages() -> None:
    """Nothing is answered that was not analysed."""

    class Broken(CountingAnalyzer):
        def analyze(self, contents: Sequence[Content]) -> Sequence[Analysis | NotAnalyzed]:
            raise client_error("ThrottlingException")

    worker = AnalysisWorker(
        analyzer=Broken(),
        results=FakeResults(),
        claims=cast("Any", FakeClaims()),
        announcer=FakeAnnouncer(),
        clock=FakeClock(),
    )
    report = worker.work([sqs_record(1), sqs_record(2, "b"), sqs_record(3, "c", content=None)])
    assert failed(report) == ["m1", "m2"]
    assert report.stored == ["e3"]


def test_a_deletion_takes_the_analysis_away() -> None:
    """A REMOVE is not analysed, but marks the result as deleted."""
    results = FakeResults()
    report, analyzer = work(sqs_record(1), sqs_record(2, content=None), results=results)
    assert results.deleted == ["e2"]
    assert analyzer.bodies == []
    assert report.superseded == ["e1"]


def test_a_failure_keeps_its_documents_messages_and_no_others() -> None:
    """All messages of the document that failed come again; the other documents' are done."""
    report, _ = work(sqs_record(1), sqs_record(2, "b"), sqs_record(3), results=FakeResults(fails_for="a"))
    assert failed(report) == ["m1", "m3"]
    assert report.stored == ["e2"]
    assert sorted(report.failed) == ["e1", "e3"]
    assert "ProvisionedThroughputExceededException" in report.causes[0]


def test_a_malformed_message_is_left_to_the_dead_letter_queue() -> None:
    """It is reported as failed, with the reason; the good ones beside it are done."""
    report, _ = work(sqs_record(1), sqs_record(2, body="{}"), sqs_record(3))
    assert failed(report) == ["m2"]
    assert report.stored == ["e3"]
    assert len(report.malformed) == 1


def test_content_by_claim_check() -> None:
    """A claimed content is fetched, but only of the newest."""
    claims = FakeClaims({"claims/analysis/e2.json": Content(title="", body="large")})
    report, analyzer = work(
        sqs_record(1, content=Claim(key="claims/analysis/e1.json")),
        sqs_record(2, content=Claim(key="claims/analysis/e2.json")),
        claims=claims,
    )
    assert analyzer.bodies == ["large"]
    assert report.stored == ["e2"]


def test_a_newest_that_cannot_be_read_gives_way_to_its_predecessor() -> None:
    """What is claimed but malformed fails alone."""
    report, analyzer = work(sqs_record(1), sqs_record(2, content=Claim(key="elsewhere")))
    assert failed(report) == ["m2"]
    assert report.stored == ["e1"]
    assert analyzer.bodies == ["body 1"]


def test_a_connection_that_fails_is_no_crash() -> None:
    """Botocore's own errors keep the messages too."""

    class Broken(FakeResults):
        def store(self, *_: object) -> bool:
            raise BotoCoreError

    report, _ = work(sqs_record(1), results=Broken())
    assert failed(report) == ["m1"]
