"""A finished analysis is told to whoever listens, and whoever cannot be told costs nobody the result."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, cast

from consumers.analysis_queue.analyzer import Analysis
from consumers.analysis_queue.announcing import NoAnnouncer, SocketAnnouncer, analysis_frame, build_announcer
from consumers.analysis_queue.local_analyzer import LocalAnalyzer
from consumers.analysis_queue.message import AnalysisMessage, Content
from consumers.websocket_notifier.frames import MAX_FRAME_BYTES
from consumers.websocket_notifier.posts import Receipt, Reception
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import EventName
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment
from tests.aws_fakes import client_error
from tests.fakes import FakeClock

ANALYZER = LocalAnalyzer()


class Listeners:
    """Two listen to document a; who listens to b cannot be read."""

    def connections_of(self, document_id: str, now_ms: int) -> Sequence[str]:
        if document_id == "b":
            raise client_error("InternalServerError", 500)
        return ["one", "two"] if document_id == "a" else []


class Posted:
    """Takes frames; one client is gone."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, bytes]] = []

    def post_all(self, connection_id: str, frames: Sequence[bytes], deadline: Deadline) -> Iterator[Receipt]:
        for frame in frames:
            self.frames.append((connection_id, frame))
            yield Receipt(reception=Reception.GONE if connection_id == "one" else Reception.POSTED)


def finished(document: str, body: str) -> tuple[AnalysisMessage, Analysis]:
    message = AnalysisMessage(
        event_id=f"e-{document}",
        document_id=document,
        order_key="label/1",
        event_name=EventName.MODIFY,
        written_at_ms=None,
        content=Content(title="", body=body),
    )
    (analysis,) = ANALYZER.analyze([Content(title="", body=body)])
    return message, analysis


def test_every_listener_is_told() -> None:
    """Those of other documents are told too when one's cannot be found."""
    posts = Posted()
    announcer = SocketAnnouncer(cast("Any", Listeners()), cast("Any", posts), FakeClock())
    announcer.announce([finished("b", "x"), finished("a", "Foxes run."), finished("c", "x")], ANALYZER)
    assert [connection for connection, _ in posts.frames] == ["one", "two"]
    frame = json.loads(posts.frames[0][1])
    assert frame["type"] == "analysis"
    assert (frame["document"], frame["event_id"], frame["order_key"]) == ("a", "e-a", "label/1")
    assert frame["analyzer"] == {"name": "local", "version": ANALYZER.version}
    assert frame["analysis"]["words"] == 2


def test_a_frame_is_small_whatever_the_document() -> None:
    """Its lists are bounded, and so are their members."""
    words = " ".join(f"{'w' * 60}{number:04}" for number in range(5_000))
    message, analysis = finished("a", words)
    assert len(analysis_frame(message, analysis, ANALYZER)) < MAX_FRAME_BYTES


def test_without_sockets_nobody_is_told() -> None:
    """A stage may have none."""
    announcer = build_announcer(Environment({}), AwsClients(read_timeout_s=1), FakeClock())
    assert isinstance(announcer, NoAnnouncer)
    announcer.announce([finished("a", "x")], ANALYZER)
