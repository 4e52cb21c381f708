"""The Lambda function of the WebSocket routes. A missing or wrong setting fails its start, naming the variable."""

import logging
import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.websocket_notifier.posts import POST_TIMEOUT_S, Posts
from consumers.websocket_notifier.socket_routes import SocketRoutes
from consumers.websocket_notifier.subscriptions import Subscriptions
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment

_environment = Environment(os.environ)
_clock = SystemClock()
_aws = AwsClients(read_timeout_s=POST_TIMEOUT_S)
_routes = SocketRoutes(
    Subscriptions(_aws.dynamodb, _environment.text("FANOUT_SUBSCRIPTIONS_TABLE")),
    Posts(_aws.socket_posts(_environment.url("FANOUT_WEBSOCKET_ENDPOINT"))),
    _clock,
)
logging.getLogger().setLevel(logging.INFO)


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Serve one event of a connection."""
    return _routes.serve(event, Deadline.after(context.get_remaining_time_in_millis() / 1000, _clock))
