"""What the WebSocket notifier works with, in memory, with faults to switch on."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock

from consumers.websocket_notifier.frames import FetchNote, LargeImage
from consumers.websocket_notifier.posts import Receipt, Reception
from consumers.websocket_notifier.subscriptions import LIFE_S
from stream_processor.deadline import Deadline


@dataclass
class FakeSubscriptions:
    """Subscriptions in memory.

    Attributes:
        raises: error of every reading call, if any.
        asked: documents whose connections were asked for.

    """

    raises: Exception | None = None
    raises_on_removal: Exception | None = None
    expires_at_s: dict[tuple[str, str], int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def subscribe(self, document_id: str, connection_id: str, now_ms: int) -> None:
        self.expires_at_s[document_id, connection_id] = now_ms // 1000 + LIFE_S

    def unsubscribe(self, document_id: str, connection_id: str) -> None:
        if self.raises_on_removal:
            raise self.raises_on_removal
        self.expires_at_s.pop((document_id, connection_id), None)

    def remove_connection(self, connection_id: str) -> None:
        for document, connection in list(self.expires_at_s):
            if connection == connection_id:
                self.unsubscribe(document, connection)

    def maybe_listened_to(self, document_ids: Sequence[str], now_ms: int) -> Collection[str]:
        if self.raises:
            raise self.raises
        assert 1 <= len(document_ids) <= 100
        return {document for document in document_ids if self._listening(document, now_ms)}

    def connections_of(self, document_id: str, now_ms: int) -> Sequence[str]:
        with self.lock:
            self.asked.append(document_id)
        if self.raises:
            raise self.raises
        return self._listening(document_id, now_ms)

    def _listening(self, document_id: str, now_ms: int) -> list[str]:
        return [
            connection
            for (document, connection), expires_at_s in self.expires_at_s.items()
            if document == document_id and expires_at_s > now_ms // 1000
        ]


@dataclass
class FakeFrameStore:
    """A frames bucket in memory."""

    raises: Exception | None = None
    objects: dict[str, bytes] = field(default_factory=dict)

    def put(self, large: LargeImage, now_ms: int) -> FetchNote:
        if self.raises:
            raise self.raises
        self.objects[large.key] = large.body
        return FetchNote(url=f"https://frames/{large.key}", expires_at_s=now_ms // 1000 + 900)


@dataclass
class FakePosts:
    """Clients that take frames.

    Attributes:
        receipts: by connection, what becomes of its frames; posted, where nothing is said.

    """

    receipts: dict[str, Receipt] = field(default_factory=dict)
    taken: dict[str, list[bytes]] = field(default_factory=dict)

    def post_all(self, connection_id: str, frames: Sequence[bytes], deadline: Deadline) -> Iterator[Receipt]:
        receipt = self.receipts.get(connection_id, Receipt(reception=Reception.POSTED))
        if receipt.reception is Reception.POSTED:
            self.taken[connection_id] = [*self.taken.get(connection_id, []), *frames]
        for _ in frames:
            yield receipt
