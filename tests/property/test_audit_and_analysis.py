"""Models of the audit log and the analysis queue: whatever fails, repeats or comes in another order."""

import random
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest

from consumers.analysis_queue.analyzer import Analysis, Analyzer
from consumers.analysis_queue.announcing import NoAnnouncer
from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.consumer import AnalysisQueue
from consumers.analysis_queue.local_analyzer import LocalAnalyzer
from consumers.analysis_queue.message import AnalysisMessage
from consumers.analysis_queue.worker import AnalysisWorker
from consumers.audit_log.consumer import AuditLog
from consumers.audit_log.image_store import ImageStore
from consumers.audit_log.trail.lines import Line
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.outcome import Delivered, Skipped
from tests.aws_fakes import FakeLogs, FakeS3, FakeSqs, client_error
from tests.fakes import FakeClock
from tests.unit.consumers.audit_log.trail import MemoryTable, MemoryTrail, World

NOW_S = 1_767_400_000.0


def history(randomness: random.Random, count: int) -> tuple[list[Change], MemoryTable]:
    """Return changes of a few documents in stream order, and the table that they end in."""
    world = World(now_ms=round(NOW_S * 1000) - 60_000)
    changes = []
    for number in range(count):
        document = f"d{randomness.randrange(6)}"
        gone = world.states.get(document) is not None and randomness.random() < 0.1
        changes.append(world.change(document, None if gone else f"{number // 2}"))
    return changes, world.table


def deliver_until_done(consumer: Any, changes: Sequence[Change], randomness: random.Random) -> None:
    """Deliver as the stream function and the retry worker would: what is not settled comes again, some things twice."""
    waiting = list(changes)
    while waiting:
        size = randomness.randint(1, 30)
        batch, waiting = waiting[:size], waiting[size:]
        deadline = Deadline.after(10, FakeClock(NOW_S))
        settled = {
            answer.change.event_id
            for answer in consumer.deliver(batch, deadline)
            if isinstance(answer.outcome, Delivered | Skipped)
        }
        parked = [change for change in batch if change.event_id not in settled or randomness.random() < 0.05]
        for change in parked:
            waiting.insert(randomness.randint(0, len(waiting)), change)


@pytest.mark.parametrize("seed", range(25))
def test_the_audit_trail_is_whole_whatever_fails(seed: int) -> None:
    """Every change has one distinct event after folding, each chain is whole, and it ends where the table does."""
    randomness = random.Random(seed)
    changes, table = history(randomness, 120)
    logs = FakeLogs(
        raises=lambda _: client_error("ThrottlingException") if randomness.random() < 0.2 else None,
        refuses=lambda timestamp_ms: timestamp_ms < NOW_S * 1000 and randomness.random() < 0.2,
    )
    consumer = AuditLog(cast("Any", logs), "/test/audit", ImageStore(cast("Any", FakeS3()), "bucket"))
    deliver_until_done(consumer, changes, randomness)
    log = [
        Line(timestamp_ms=entry["timestamp"], ingested_at_ms=position, message=entry["message"])
        for position, entry in enumerate(logs.taken)
    ]
    world = World(trail=MemoryTrail(log=log), table=table)
    verified = world.verify()
    assert verified.findings == ()
    assert verified.events == len(changes)
    assert verified.repeats == len(log) - len(changes)


class Table:
    """The results table: it fails now and then, and sometimes after it has stored."""

    def __init__(self, randomness: random.Random) -> None:
        self._randomness = randomness
        self.items: dict[str, tuple[str, int | None]] = {}

    def known(self, document_ids: Sequence[str]) -> Mapping[str, str]:
        self._fail()
        return {name: self.items[name][0] for name in document_ids if name in self.items}

    def store(self, message: AnalysisMessage, analysis: Analysis, analyzer: Analyzer, now_ms: int) -> bool:
        return self._put(message, analysis.characters)

    def delete(self, message: AnalysisMessage, now_ms: int) -> bool:
        return self._put(message, None)

    def _put(self, message: AnalysisMessage, characters: int | None) -> bool:
        self._fail()
        newer = self.items.get(message.document_id, ("",))[0] < message.order_key
        if newer:
            self.items[message.document_id] = (message.order_key, characters)
        self._fail()
        return newer

    def _fail(self) -> None:
        if self._randomness.random() < 0.1:
            raise client_error("InternalServerError", 500)


@pytest.mark.parametrize("seed", range(25))
def test_the_result_is_of_the_newest_version_whatever_fails(seed: int) -> None:
    """Messages that are lost, repeated, reordered and fail half-way end in the analysis of each document's newest."""
    randomness = random.Random(seed)
    changes, _ = history(randomness, 120)
    sqs = FakeSqs(
        raises=lambda _: client_error("RequestThrottled") if randomness.random() < 0.1 else None,
        fails=lambda _: ("InternalError", False) if randomness.random() < 0.2 else None,
        forgets=lambda _: randomness.random() < 0.1,
    )
    consumer = AnalysisQueue(cast("Any", sqs), "https://queue", Claims(cast("Any", FakeS3()), "bucket"))
    deliver_until_done(consumer, changes, randomness)
    table = Table(randomness)
    worker = AnalysisWorker(
        analyzer=LocalAnalyzer(),
        results=table,
        claims=Claims(cast("Any", FakeS3()), "bucket"),
        announcer=NoAnnouncer(),
        clock=FakeClock(NOW_S),
    )
    messages = [{"messageId": str(number), "body": entry["MessageBody"]} for number, entry in enumerate(sqs.taken)]
    randomness.shuffle(messages)
    while messages:
        batch, messages = messages[:10], messages[10:]
        failed = {it["itemIdentifier"] for it in worker.work(batch).answer["batchItemFailures"]}
        messages += [message for message in batch if message["messageId"] in failed or randomness.random() < 0.05]
    for document_id, change in newest_of(changes).items():
        body = None if change.new_image is None else change.new_image["body"]
        expected = None if body is None else len(str(body))
        assert table.items[document_id] == (str(change.order_key), expected)


def newest_of(changes: Sequence[Change]) -> dict[str, Change]:
    """Return each document's newest change that touches what is analysed."""
    return {
        change.document_id: change
        for change in changes
        if (change.old_image or {}).get("body") != (change.new_image or {}).get("body")
    }
