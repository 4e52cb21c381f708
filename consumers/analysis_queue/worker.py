"""The worker: of each document in a batch the newest change is analysed, the others are answered with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from consumers.analysis_queue.analyzer import Analysis, Analyzer
from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.message import AnalysisMessage, Claim, MalformedMessageError, decode
from stream_processor.deadline import Clock


class ResultStore(Protocol):
    """Where analyses go; see `consumers.analysis_queue.results.Results`, which keeps this."""

    def store(self, message: AnalysisMessage, analysis: Analysis, analyzer: Analyzer, now_ms: int) -> bool:
        """Store an analysis; return False if this change or a newer one is known."""
        ...

    def delete(self, message: AnalysisMessage, now_ms: int) -> bool:
        """Put a tombstone in the analysis' place; return as `store`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkReport:
    """What became of a batch of messages. Every message is in one of the lists of event ids, or malformed.

    Attributes:
        stored: analysed (or marked as deleted), and the result is in the table.
        superseded: not analysed, for a newer change of the document is in the batch or in the table.
        failed: to be received again; with the causes.
        malformed: no message of ours, or content that cannot be read; reasons.
        failed_message_ids: what SQS must keep, malformed messages included.

    """

    stored: list[str] = field(default_factory=list)
    superseded: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)
    failed_message_ids: list[str] = field(default_factory=list)

    @property
    def answer(self) -> dict[str, Any]:
        """The partial batch response."""
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in self.failed_message_ids]}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    message_id: str
    message: AnalysisMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisWorker:
    """Analyses what the queue brings.

    A failure keeps all messages of its document in the queue, so that SQS brings them again in order; other
    documents' go ahead. A malformed message is reported as failed until SQS moves it to the dead-letter queue;
    changes of its document behind it are taken all the same, since the order key decides, not the order of arrival.
    """

    analyzer: Analyzer
    results: ResultStore
    claims: Claims
    clock: Clock

    def work(self, records: Sequence[Mapping[str, Any]]) -> WorkReport:
        """Take a batch of SQS records, as Lambda hands them over."""
        report = WorkReport()
        by_document: dict[str, list[_Received]] = {}
        for record in records:
            try:
                received = _Received(message_id=record["messageId"], message=decode(record["body"]))
            except MalformedMessageError as error:
                report.malformed.append(str(error))
                report.failed_message_ids.append(record["messageId"])
            else:
                by_document.setdefault(received.message.document_id, []).append(received)
        for document in by_document.values():
            self._work_on(sorted(document, key=attrgetter("message.order_key"), reverse=True), report)
        return report

    def _work_on(self, newest_first: Sequence[_Received], report: WorkReport) -> None:
        """Bring the newest change of a document to the table; the older ones share its fate.

        A newest one whose claimed content cannot be read is malformed; its predecessor then takes its place.
        """
        newest, *older = newest_first
        try:
            stored = self._bring(newest.message)
        except MalformedMessageError as error:
            report.malformed.append(str(error))
            report.failed_message_ids.append(newest.message_id)
            if older:
                self._work_on(older, report)
            return
        except (ClientError, BotoCoreError) as error:
            report.causes.append(f"{type(error).__name__}: {error}"[:300])
            report.failed.extend(received.message.event_id for received in newest_first)
            report.failed_message_ids.extend(received.message_id for received in newest_first)
            return
        (report.stored if stored else report.superseded).append(newest.message.event_id)
        report.superseded.extend(received.message.event_id for received in older)

    def _bring(self, message: AnalysisMessage) -> bool:
        content = message.content
        if content is None:
            return self.results.delete(message, self.clock.now_ms())
        if isinstance(content, Claim):
            content = self.claims.get(content)
        analysis = self.analyzer.analyze(content.title, content.body)
        return self.results.store(message, analysis, self.analyzer, self.clock.now_ms())
