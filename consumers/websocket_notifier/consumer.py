"""The WebSocket notifier: every change of a document is posted to the clients that subscribed to it."""

import logging
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import batched

from botocore.exceptions import BotoCoreError, ClientError

from consumers.aws_faults import fault_of
from consumers.websocket_notifier.frame_store import FrameStore
from consumers.websocket_notifier.frames import LargeImage, change_frame, fetch_frame
from consumers.websocket_notifier.posts import POST_TIMEOUT_S, Posts, Receipt, Reception
from consumers.websocket_notifier.room import Document, Letter, Room, changes_by_document, letters_by_connection
from consumers.websocket_notifier.side_by_side import SideBySide
from consumers.websocket_notifier.subscriptions import KEYS_A_READ, Subscriptions
from consumers.websocket_notifier.tally import Tally
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change
from stream_processor.consumer import Answer
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment
from stream_processor.outcome import DELIVERED, Retry

CALLS_AT_ONCE = 32
"""Half the connections that an AWS client keeps: other consumers use them too."""

_logger = logging.getLogger(__name__)


def build(environment: Environment, aws: AwsClients) -> "WebsocketNotifier":
    """Make the consumer from FANOUT_SUBSCRIPTIONS_TABLE, FANOUT_FRAMES_BUCKET and FANOUT_WEBSOCKET_ENDPOINT.

    Raises:
        ConfigurationError: a setting is missing or wrong.

    """
    posting = AwsClients(read_timeout_s=POST_TIMEOUT_S, session_of=aws)
    return WebsocketNotifier(
        Subscriptions(aws.dynamodb, environment.text("FANOUT_SUBSCRIPTIONS_TABLE")),
        FrameStore(aws.s3, environment.text("FANOUT_FRAMES_BUCKET")),
        Posts(posting.socket_posts(environment.url("FANOUT_WEBSOCKET_ENDPOINT"))),
    )


class WebsocketNotifier:
    """Posts each change to whoever listens to its document, best effort for each client.

    A frame that one client did not get never makes the others get it again: that client sees the gap by itself.
    What nobody listens to costs little: one call for 100 documents, however many changes they have.
    """

    name = "websocket_notifier"

    def __init__(self, subscriptions: Subscriptions, store: FrameStore, posts: Posts) -> None:
        """Take who listens, where large images lie, and how frames are posted."""
        self._subscriptions = subscriptions
        self._store = store
        self._posts = posts
        self._calls = SideBySide(self.name, CALLS_AT_ONCE)

    def deliver(self, changes: Sequence[Change], deadline: Deadline) -> Iterator[Answer]:
        """Post `changes`; see `stream_processor.consumer.Consumer`.

        | what happens                                                  | outcome                             |
        |---------------------------------------------------------------|-------------------------------------|
        | nobody listens, or all who did are gone                       | Delivered                           |
        | at least one client was told, or does not keep up             | Delivered                           |
        | no client was told, as @connections fails or refuses us       | Retry                               |
        | who listens cannot be read                                    | Retry                               |
        | the image is too large for a frame and the bucket fails       | Retry                               |
        """
        documents: Sequence[Document] = list(changes_by_document(changes).values())
        if len(documents) > CALLS_AT_ONCE:
            documents = yield from self._leave_out_the_silent(documents, deadline)
        occupied = []
        for room in self._calls.run(lambda document: self._enter(document, deadline), documents):
            yield from room.answers
            if room.letters:
                occupied.append(room)
        yield from self._post(occupied, deadline)

    def _leave_out_the_silent(
        self, documents: Sequence[Document], deadline: Deadline
    ) -> Generator[Answer, None, Sequence[Document]]:
        """Answer for documents that nobody listens to; return the others."""
        others: list[Document] = []
        hundreds = [list(some) for some in batched(documents, KEYS_A_READ, strict=False)]
        for answers, audible in self._calls.run(lambda some: self._look_in(some, deadline), hundreds):
            yield from answers
            others.extend(audible)
        return others

    def _look_in(
        self, documents: Sequence[Document], deadline: Deadline
    ) -> tuple[Sequence[Answer], Sequence[Document]]:
        if deadline.passed():
            return (), ()
        ids = [changes[0].document_id for changes in documents]
        try:
            audible = self._subscriptions.maybe_listened_to(ids, deadline.clock.now_ms())
        except (ClientError, BotoCoreError) as error:
            retry = Retry(cause=fault_of(error).cause)
            return [Answer(change, retry) for changes in documents for change in changes], ()
        return (
            [
                Answer(change, DELIVERED)
                for changes in documents
                for change in changes
                if change.document_id not in audible
            ],
            [changes for changes in documents if changes[0].document_id in audible],
        )

    def _enter(self, changes: Document, deadline: Deadline) -> Room:
        """Find out who listens to one document, and write the frames if somebody does."""
        if deadline.passed():
            return Room()
        now_ms = deadline.clock.now_ms()
        try:
            connections = self._subscriptions.connections_of(changes[0].document_id, now_ms)
        except (ClientError, BotoCoreError) as error:
            retry = Retry(cause=fault_of(error).cause)
            return Room(answers=[Answer(change, retry) for change in changes])
        if not connections:
            return Room(answers=[Answer(change, DELIVERED) for change in changes])
        letters = []
        answers = []
        for change in changes:
            try:
                letters.append(Letter(change, self._frame(change, now_ms)))
            except (ClientError, BotoCoreError) as error:
                answers.append(Answer(change, Retry(cause=fault_of(error).cause)))
        return Room(connections=connections, letters=letters, answers=answers)

    def _frame(self, change: Change, now_ms: int) -> bytes:
        frame = change_frame(change)
        if isinstance(frame, LargeImage):
            return fetch_frame(change, frame, self._store.put(frame, now_ms))
        return frame

    def _post(self, rooms: Sequence[Room], deadline: Deadline) -> Iterator[Answer]:
        """Post to all clients, several at once, each client's frames one after another."""
        tallies = {
            letter.change.event_id: Tally(change=letter.change, expected=len(room.connections))
            for room in rooms
            for letter in room.letters
        }
        receptions: Counter[Reception] = Counter()
        mail = list(letters_by_connection(rooms).items())
        for receipts in self._calls.run(lambda bag: self._post_bag(*bag, deadline), mail):
            for event_id, receipt in receipts.items():
                receptions[receipt.reception] += 1
                tally = tallies[event_id]
                if tally.take(receipt) and (outcome := tally.outcome()) is not None:
                    yield Answer(tally.change, outcome)
        if receptions.keys() - {Reception.POSTED, Reception.GONE}:
            _logger.warning("frames by reception: %s", {kind.value: count for kind, count in receptions.items()})

    def _post_bag(self, connection_id: str, letters: Sequence[Letter], deadline: Deadline) -> Mapping[str, Receipt]:
        """Post one client's frames; return the receipts by event id. A client that is gone is forgotten."""
        frames = [letter.frame for letter in letters]
        receipts = list(self._posts.post_all(connection_id, frames, deadline))
        if receipts[-1].reception is Reception.GONE:
            self._forget(connection_id, {letter.change.document_id for letter in letters})
        return {letter.change.event_id: receipt for letter, receipt in zip(letters, receipts, strict=True)}

    def _forget(self, connection_id: str, document_ids: set[str]) -> None:
        try:
            for document_id in document_ids:
                self._subscriptions.unsubscribe(document_id, connection_id)
        except (ClientError, BotoCoreError) as error:
            _logger.warning("a connection that is gone stays subscribed for now: %s", error)
