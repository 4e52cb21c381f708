"""Posting frames to one connection after another's answer: in order, bounded in time, never in another's way."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from consumers.aws_faults import fault_of
from stream_processor.deadline import Deadline
from stream_processor.outcome import Cause

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

POST_TIMEOUT_S = 2.0
"""How long one post may take. API Gateway answers within some milliseconds, whether or not the client reads."""
PAUSES_S = (0.05, 0.2)
"""Before the second and the third try of a post that was throttled or met an error of the service."""


class Reception(Enum):
    """What became of a frame for one client."""

    POSTED = "posted"
    GONE = "gone"
    """The connection does not exist any more."""
    LAGGING = "lagging"
    """Not posted: the client does not keep up, or the account is throttled."""
    UNREACHED = "unreached"
    """Not posted: the failure lies in the service or our settings."""
    TOO_LATE = "too late"
    """Not tried: the deadline had passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a frame for one client; `cause` where the service failed."""

    reception: Reception
    cause: Cause | None = None


class Posts:
    """Posts through @connections. Called from several threads at once, each with connections of its own."""

    def __init__(self, client: "ApiGatewayManagementApiClient", *, pause: Callable[[float], None] = time.sleep) -> None:
        """Use `client`, whose calls end in time; `pause` waits some seconds."""
        self._client = client
        self._pause = pause

    def post_all(self, connection_id: str, frames: Sequence[bytes], deadline: Deadline) -> Iterator[Receipt]:
        """Post frames in order; yield a receipt for each.

        A client that does not keep up costs the others little: once it was found lagging its frames are tried once
        each, and after a time-out or an error none is tried. It sees by itself that it missed something.
        """
        receipt = Receipt(reception=Reception.POSTED)
        for frame in frames:
            if receipt.reception is Reception.POSTED:
                receipt = self._post(connection_id, frame, deadline, pauses_s=PAUSES_S)
            elif receipt.reception is Reception.LAGGING:
                receipt = self._post(connection_id, frame, deadline, pauses_s=())
            yield receipt

    def _post(self, connection_id: str, frame: bytes, deadline: Deadline, *, pauses_s: Sequence[float]) -> Receipt:
        for pause_s in (*pauses_s, None):
            if deadline.passed():
                return Receipt(reception=Reception.TOO_LATE)
            receipt, again = self._post_once(connection_id, frame)
            if not again or pause_s is None:
                break
            self._pause(min(pause_s, deadline.remaining_s()))
        return receipt

    def _post_once(self, connection_id: str, frame: bytes) -> tuple[Receipt, bool]:
        """Return the receipt, and whether another try may help."""
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=frame)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
            if status == 410:
                return Receipt(reception=Reception.GONE), False
            if status == 429:
                return Receipt(reception=Reception.LAGGING), True
            return _unreached(error), status >= 500
        except BotoCoreError as error:
            return _unreached(error), False
        return Receipt(reception=Reception.POSTED), False


def _unreached(error: ClientError | BotoCoreError) -> Receipt:
    return Receipt(reception=Reception.UNREACHED, cause=fault_of(error).cause)
