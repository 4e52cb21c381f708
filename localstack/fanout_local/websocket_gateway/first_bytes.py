"""One port for two servers: WebSocket upgrades go to one, other HTTP requests to the other."""

import asyncio
import re
from collections.abc import Callable
from typing import Any, cast

from websockets.asyncio.server import ServerConnection

END_OF_HEAD = b"\r\n\r\n"
MAX_HEAD_BYTES = 64 * 1024
UPGRADE = re.compile(rb"\r\nupgrade:[ \t]*websocket[ \t]*\r\n", re.IGNORECASE)


def either(http: Callable[[], asyncio.Protocol]) -> type[ServerConnection]:
    """Connections for `websockets.serve` that hand plain HTTP requests over to protocols made by `http`."""

    class Either(_Either):
        make_http = staticmethod(http)

    return Either


class _Either(ServerConnection):
    """Holds back a request's head until it shows which server it is for."""

    @staticmethod
    def make_http() -> asyncio.Protocol:
        """A protocol for a plain HTTP request."""
        raise NotImplementedError

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._undecided: asyncio.Transport | None = None
        self._head = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._undecided = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._undecided is None:
            super().data_received(data)
            return
        self._head += data
        end = self._head.find(END_OF_HEAD)
        if end < 0 and len(self._head) < MAX_HEAD_BYTES:
            return
        transport, self._undecided = self._undecided, None
        head, self._head = self._head, b""
        if UPGRADE.search(head, 0, end + 2):
            super().connection_made(transport)
            super().data_received(head)
        else:
            protocol = self.make_http()
            transport.set_protocol(protocol)
            protocol.connection_made(transport)
            protocol.data_received(head)

    def eof_received(self) -> None:
        if self._undecided is None:
            super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._undecided is None:
            super().connection_lost(exc)
