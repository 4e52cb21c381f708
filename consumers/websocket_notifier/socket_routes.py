"""The WebSocket routes: $connect, $disconnect and clients' messages ($default)."""

import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from consumers.websocket_notifier.posts import Posts
from consumers.websocket_notifier.routes import TRY_AGAIN, Malformed, Request, Subscribe, Unsubscribe, answer, parse
from consumers.websocket_notifier.subscriptions import Subscriptions
from stream_processor.deadline import Clock, Deadline

OK = {"statusCode": 200}
FAILED = {"statusCode": 500}

_logger = logging.getLogger(__name__)


class SocketRoutes:
    """Serves one event of a connection at a time. A request that is answered was served: its effect is durable."""

    def __init__(self, subscriptions: Subscriptions, posts: Posts, clock: Clock) -> None:
        """Take who listens to what, and how clients are answered."""
        self._subscriptions = subscriptions
        self._posts = posts
        self._clock = clock

    def serve(self, event: dict[str, Any], deadline: Deadline) -> dict[str, int]:
        """Serve an event of API Gateway; return the status that it asks for."""
        connection_id: str = event["requestContext"]["connectionId"]
        match event["requestContext"]["routeKey"]:
            case "$connect":
                return OK
            case "$disconnect":
                return self._disconnect(connection_id)
            case _:
                return self._message(connection_id, event.get("body") or "", deadline)

    def _disconnect(self, connection_id: str) -> dict[str, int]:
        try:
            self._subscriptions.remove_connection(connection_id)
        except (ClientError, BotoCoreError) as error:
            _logger.warning("subscriptions stay until they expire: %s", error)
            return FAILED
        return OK

    def _message(self, connection_id: str, body: str, deadline: Deadline) -> dict[str, int]:
        request = parse(body)
        try:
            self._apply(request, connection_id)
            frame, status = answer(request), OK
        except (ClientError, BotoCoreError) as error:
            _logger.warning("a request was not served: %s", error)
            frame, status = TRY_AGAIN, FAILED
        for receipt in self._posts.post_all(connection_id, [frame], deadline):
            if receipt.cause is not None:
                _logger.warning("an answer was not posted: %s: %s", receipt.cause.type, receipt.cause.message)
        return status

    def _apply(self, request: Request, connection_id: str) -> None:
        match request:
            case Subscribe(document_id=document_id):
                self._subscriptions.subscribe(document_id, connection_id, self._clock.now_ms())
            case Unsubscribe(document_id=document_id):
                self._subscriptions.unsubscribe(document_id, connection_id)
            case Malformed(code=code):
                _logger.info("malformed message: %s", code)
