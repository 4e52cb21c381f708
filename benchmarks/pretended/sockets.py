"""API Gateway's @connections."""

import json

from benchmarks.pretended.errors import client_error
from benchmarks.pretended.toll import Toll


class PretendedSockets:
    """Connections that take every frame; a frame is JSON with a document's id."""

    def __init__(self, toll: Toll) -> None:
        """Charge `toll`."""
        self._toll = toll

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> None:  # noqa: ARG002, N803
        """Post one frame."""
        self._toll.pay()
        if self._toll.looks and not self._toll.takes(json.loads(Data)["document"]):
            raise client_error("PayloadTooLargeException", 413)
