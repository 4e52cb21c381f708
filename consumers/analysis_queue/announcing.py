"""A finished analysis is told to whoever subscribed to the document, over the sockets."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from consumers.analysis_queue.analyzer import Analysis, Analyzer
from consumers.analysis_queue.message import AnalysisMessage
from consumers.websocket_notifier.frames import MAX_FRAME_BYTES, PROTOCOL_VERSION, encode_json
from consumers.websocket_notifier.posts import POST_TIMEOUT_S, Posts
from consumers.websocket_notifier.subscriptions import Subscriptions
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.deadline import Clock, Deadline
from stream_processor.environment import Environment

MOST_S = 5.0
"""What telling may take of an invocation. Best effort: the result is in the table, whoever missed the frame."""

type Finished = tuple[AnalysisMessage, Analysis]

_logger = logging.getLogger(__name__)


class Announcer(Protocol):
    """Tells of finished analyses."""

    def announce(self, finished: Sequence[Finished], analyzer: Analyzer) -> None:
        """Tell whoever listens; what cannot be told is logged, never raised."""
        ...


class NoAnnouncer:
    """Where a stage has no sockets."""

    def announce(self, finished: Sequence[Finished], analyzer: Analyzer) -> None:
        """Tell nobody."""


class SocketAnnouncer:
    """Posts an `analysis` frame to the document's subscribers. It writes nothing to the documents (I10)."""

    def __init__(self, subscriptions: Subscriptions, posts: Posts, clock: Clock) -> None:
        """Take who listens, and how frames are posted."""
        self._subscriptions = subscriptions
        self._posts = posts
        self._clock = clock

    def announce(self, finished: Sequence[Finished], analyzer: Analyzer) -> None:
        """Post to one client after another, for at most `MOST_S` seconds."""
        deadline = Deadline.after(MOST_S, self._clock)
        for message, analysis in finished:
            frame = analysis_frame(message, analysis, analyzer)
            if deadline.passed() or len(frame) > MAX_FRAME_BYTES:
                _logger.warning("an analysis was not told: %s", message.event_id)
                continue
            try:
                for connection_id in self._subscriptions.connections_of(message.document_id, self._clock.now_ms()):
                    list(self._posts.post_all(connection_id, [frame], deadline))
            except (ClientError, BotoCoreError) as error:
                _logger.warning("an analysis was not told: %s: %s", message.event_id, error)


def analysis_frame(message: AnalysisMessage, analysis: Analysis, analyzer: Analyzer) -> bytes:
    """Return the frame: of which change of which document, by which analyser, and the fields of `Analysis`."""
    return encode_json(
        {
            "type": "analysis",
            "v": PROTOCOL_VERSION,
            "document": message.document_id,
            "event_id": message.event_id,
            "order_key": message.order_key,
            "analyzer": {"name": analyzer.name, "version": analyzer.version},
            "analysis": asdict(analysis),
        }
    )


def build_announcer(environment: Environment, aws: AwsClients, clock: Clock) -> Announcer:
    """Make the announcer from FANOUT_SUBSCRIPTIONS_TABLE and FANOUT_WEBSOCKET_ENDPOINT; none without them.

    Raises:
        ConfigurationError: one of the two is set and the other is not, or is wrong.

    """
    if not {"FANOUT_SUBSCRIPTIONS_TABLE", "FANOUT_WEBSOCKET_ENDPOINT"} & environment.variables.keys():
        return NoAnnouncer()
    posting = AwsClients(read_timeout_s=POST_TIMEOUT_S)
    return SocketAnnouncer(
        Subscriptions(aws.dynamodb, environment.text("FANOUT_SUBSCRIPTIONS_TABLE")),
        Posts(posting.socket_posts(environment.url("FANOUT_WEBSOCKET_ENDPOINT"))),
        clock,
    )
