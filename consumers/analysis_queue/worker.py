"""The worker: of each document in a batch the newest change is analysed, the others are answered with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from operator import attrgetter
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from consumers.analysis_queue.analyzer import Analysis, Analyzer, NotAnalyzed
from consumers.analysis_queue.announcing import Announcer
from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.message import AnalysisMessage, Claim, Content, MalformedMessageError, decode
from consumers.analysis_queue.results import KEYS_A_READ
from stream_processor.deadline import Clock


class ResultStore(Protocol):
    """Where analyses go; see `consumers.analysis_queue.results.Results`, which keeps this."""

    def known(self, document_ids: Sequence[str]) -> Mapping[str, str]:
        """Return the order keys of the results that are there, by document id."""
        ...

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
class _Task:
    """One document's newest change that can be read, its content, and the older ones that share its fate."""

    newest: _Received
    older: Sequence[_Received]
    content: Content | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisWorker:
    """Analyses what the queue brings.

    A failure keeps all messages of its document in the queue, so that SQS brings them again in order; other
    documents' go ahead. A malformed message is reported as failed until SQS moves it to the dead-letter queue;
    changes of its document behind it are taken all the same, since the order key decides, not the order of arrival.

    Powertools' FIFO processor would answer likewise, but takes record by record: it would analyse every version of a
    document that waits, where one is enough, and could not hand an analyser several documents at once.
    """

    analyzer: Analyzer
    results: ResultStore
    claims: Claims
    announcer: Announcer
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
        known = self._known(list(by_document))
        tasks = []
        for document_id, document in by_document.items():
            newest_first = sorted(document, key=attrgetter("message.order_key"), reverse=True)
            if known.get(document_id, "") >= newest_first[0].message.order_key:
                report.superseded.extend(received.message.event_id for received in newest_first)
            elif (task := self._task(newest_first, report)) is not None:
                tasks.append(task)
        self._bring(tasks, report)
        return report

    def _known(self, document_ids: Sequence[str]) -> Mapping[str, str]:
        """Look up what is analysed already: that saves work, and storing decides anyway."""
        known: dict[str, str] = {}
        try:
            for some in batched(document_ids, KEYS_A_READ, strict=False):
                known |= self.results.known(some)
        except (ClientError, BotoCoreError):
            return {}
        return known

    def _task(self, newest_first: Sequence[_Received], report: WorkReport) -> _Task | None:
        """Return what to do for a document; one whose claimed content is malformed gives way to its predecessor."""
        for position, received in enumerate(newest_first):
            try:
                content = self._content(received.message)
            except MalformedMessageError as error:
                report.malformed.append(str(error))
                report.failed_message_ids.append(received.message_id)
            except (ClientError, BotoCoreError) as error:
                _fail(newest_first[position:], error, report)
                return None
            else:
                return _Task(newest=received, older=newest_first[position + 1 :], content=content)
        return None

    def _content(self, message: AnalysisMessage) -> Content | None:
        return self.claims.get(message.content) if isinstance(message.content, Claim) else message.content

    def _bring(self, tasks: Sequence[_Task], report: WorkReport) -> None:
        """Bring each document's newest change to the table, and tell who listens."""
        contents = [task.content for task in tasks if task.content is not None]
        try:
            analyses = iter(self.analyzer.analyze(contents) if contents else ())
        except (ClientError, BotoCoreError) as error:
            analyses = iter([NotAnalyzed(cause=f"{type(error).__name__}: {error}")] * len(contents))
        told = []
        for task in tasks:
            analysis = None if task.content is None else next(analyses)
            if isinstance(analysis, NotAnalyzed):
                _fail((task.newest, *task.older), analysis.cause, report)
                continue
            message = task.newest.message
            try:
                if analysis is None:
                    stored = self.results.delete(message, self.clock.now_ms())
                else:
                    stored = self.results.store(message, analysis, self.analyzer, self.clock.now_ms())
            except (ClientError, BotoCoreError) as error:
                _fail((task.newest, *task.older), error, report)
                continue
            (report.stored if stored else report.superseded).append(message.event_id)
            report.superseded.extend(received.message.event_id for received in task.older)
            if stored and analysis is not None:
                told.append((message, analysis))
        self.announcer.announce(told, self.analyzer)


def _fail(messages: Iterable[_Received], cause: Exception | str, report: WorkReport) -> None:
    report.causes.append((cause if isinstance(cause, str) else f"{type(cause).__name__}: {cause}")[:300])
    for received in messages:
        report.failed.append(received.message.event_id)
        report.failed_message_ids.append(received.message_id)
