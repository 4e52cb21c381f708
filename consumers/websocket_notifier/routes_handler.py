"""The Lambda function of the WebSocket routes. A missing or wrong setting fails its start, naming the variable."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from consumers.websocket_notifier.posts import POST_TIMEOUT_S, Posts
from consumers.websocket_notifier.routes import TRY_AGAIN, Malformed, Request, Subscribe, Unsubscribe, answer, parse
from consumers.websocket_notifier.subscriptions import Subscriptions
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment

_environment = Environment(os.environ)
_clock = SystemClock()
_aws = AwsClients(read_timeout_s=POST_TIMEOUT_S)
_subscriptions = Subscriptions(_aws.dynamodb, _environment.text("FANOUT_SUBSCRIPTIONS_TABLE"))
_posts = Posts(_aws.socket_posts(_environment.url("FANOUT_WEBSOCKET_ENDPOINT")))
_logger = Logger(service="fanout-socket-routes")

OK = {"statusCode": 200}
FAILED = {"statusCode": 500}


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Serve one event of a connection: $connect, $disconnect, or a client's message ($default)."""
    request_context = event["requestContext"]
    connection_id: str = request_context["connectionId"]
    match request_context["routeKey"]:
        case "$connect":
            return OK
        case "$disconnect":
            return _disconnect(connection_id)
        case _:
            deadline = Deadline.after(context.get_remaining_time_in_millis() / 1000, _clock)
            return _message(connection_id, event.get("body") or "", deadline)


def _disconnect(connection_id: str) -> dict[str, int]:
    try:
        _subscriptions.remove_connection(connection_id)
    except (ClientError, BotoCoreError) as error:
        _logger.warning("subscriptions stay until they expire", extra={"error": str(error)})
        return FAILED
    return OK


def _message(connection_id: str, body: str, deadline: Deadline) -> dict[str, int]:
    request = parse(body)
    try:
        _serve(request, connection_id)
        frame, served = answer(request), OK
    except (ClientError, BotoCoreError) as error:
        _logger.warning("a request was not served", extra={"error": str(error)})
        frame, served = TRY_AGAIN, FAILED
    for receipt in _posts.post_all(connection_id, [frame], deadline):
        if receipt.cause is not None:
            _logger.warning(
                "an answer was not posted", extra={"cause": f"{receipt.cause.type}: {receipt.cause.message}"}
            )
    return served


def _serve(request: Request, connection_id: str) -> None:
    match request:
        case Subscribe(document_id=document_id):
            _subscriptions.subscribe(document_id, connection_id, _clock.now_ms())
        case Unsubscribe(document_id=document_id):
            _subscriptions.unsubscribe(document_id, connection_id)
        case Malformed(code=code):
            _logger.info("malformed message", extra={"code": code})
