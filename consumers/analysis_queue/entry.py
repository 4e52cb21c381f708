"""Entries of SendMessageBatch, and how they are cut into calls."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.message import AnalysisMessage, Content, encode, message_of
from stream_processor.change import Change

MAX_BATCH_ENTRIES = 10
MAX_BATCH_BYTES = 1_048_576
"""Of all bodies of a call together, and so of one message (SQS Developer Guide, "Message quotas")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One message to be sent.

    Attributes:
        body: what is sent, unless it is too large.
        size_bytes: of the body, in UTF-8.

    """

    change: Change
    message: AnalysisMessage
    body: str
    size_bytes: int

    @property
    def too_large(self) -> bool:
        """Whether the body cannot be sent as it is."""
        return self.size_bytes > MAX_BATCH_BYTES

    def claimed(self, claims: Claims) -> "Entry":
        """Return an entry that can be sent: itself, or one whose content was put into the claims bucket."""
        if not self.too_large or not isinstance(self.message.content, Content):
            return self
        claim = claims.put(self.message.event_id, self.message.content)
        return _entry(self.change, replace(self.message, content=claim))


def entry_of(change: Change, watched: Sequence[str]) -> Entry:
    """Return the entry of a change."""
    return _entry(change, message_of(change, watched))


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut entries into calls, in their order; one that is too large has a call of its own."""
    batch: list[Entry] = []
    size_bytes = 0
    for entry in entries:
        if batch and (len(batch) == MAX_BATCH_ENTRIES or size_bytes + entry.size_bytes > MAX_BATCH_BYTES):
            yield batch
            batch, size_bytes = [], 0
        batch.append(entry)
        size_bytes += entry.size_bytes
    if batch:
        yield batch


def _entry(change: Change, message: AnalysisMessage) -> Entry:
    body = encode(message)
    return Entry(change=change, message=message, body=body, size_bytes=len(body.encode()))
