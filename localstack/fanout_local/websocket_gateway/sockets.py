"""The WebSocket side: one client from its upgrade to its end."""

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit
from weakref import WeakKeyDictionary

from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from fanout_local.websocket_gateway.connections import Client, Connection, new_id
from fanout_local.websocket_gateway.gateway import Gateway, Refused
from fanout_local.websocket_gateway.limits import Limits

# Words that API Gateway gives as disconnectReason when the closing brought none.
REASONS = {
    CloseCode.GOING_AWAY: "Going away",
    CloseCode.NO_STATUS_RCVD: "Client-side close frame status not set",
    CloseCode.ABNORMAL_CLOSURE: "Connection closed abnormally",
}


class Sockets:
    """Callbacks for `websockets.serve`."""

    def __init__(self, gateway: Gateway, limits: Limits) -> None:
        self._gateway = gateway
        self._limits = limits
        self._admitted: WeakKeyDictionary[ServerConnection, tuple[Client, str | None]] = WeakKeyDictionary()

    async def process_request(self, socket: ServerConnection, request: Request) -> Response | None:
        """Let a client in, or answer its upgrade by HTTP."""
        url = urlsplit(request.path)
        client = Client(
            connection_id=new_id(),
            source_ip=str(socket.remote_address[0]),
            user_agent=_header(request, "User-Agent"),
            host=_header(request, "Host"),
            connected_at_ms=self._gateway.connections.now_ms(),
        )
        outcome = await self._gateway.admit(
            client,
            path=url.path,
            headers=[*request.headers.raw_items(), *_forwarded(client)],
            query=parse_qsl(url.query, keep_blank_values=True),
        )
        if isinstance(outcome, Refused):
            return _response(outcome)
        self._admitted[socket] = (client, outcome.subprotocol)
        return None

    def select_subprotocol(self, socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        """The one that $connect answered, if the client offered it."""
        _, chosen = self._admitted[socket]
        return next((subprotocol for subprotocol in offered if subprotocol == chosen), None)

    async def handle(self, socket: ServerConnection) -> None:
        """Serve a client that was let in, until it is gone."""
        client, _ = self._admitted.pop(socket)
        connection = self._gateway.connections.add(client, ClientSocket(socket))
        try:
            async with asyncio.TaskGroup() as messages:
                await self._listen(socket, connection, messages)
        finally:
            self._gateway.connections.remove(connection)
            code, reason = _ending(socket)
            await self._gateway.see_off(client, code=code, reason=reason)

    async def _listen(self, socket: ServerConnection, connection: Connection, messages: asyncio.TaskGroup) -> None:
        places = asyncio.Semaphore(self._limits.messages_in_flight)
        ends_at = time.monotonic() + self._limits.connection_s
        while True:
            now_ms = self._gateway.connections.now_ms()
            idle_s = (now_ms - connection.last_active_at_ms) / 1000
            wait_s = min(self._limits.idle_s - idle_s, ends_at - time.monotonic())
            if wait_s <= 0:
                await socket.close(CloseCode.GOING_AWAY, REASONS[CloseCode.GOING_AWAY])
                return
            try:
                async with asyncio.timeout(wait_s):
                    data = await socket.recv()
            except TimeoutError:
                continue
            except ConnectionClosed:
                return
            if isinstance(data, bytes):
                await socket.close(CloseCode.UNSUPPORTED_DATA, "Binary messages are not supported")
                return
            await places.acquire()
            task = messages.create_task(self._gateway.pass_on(connection, data))
            task.add_done_callback(lambda _: places.release())


class ClientSocket:
    """The way to one client."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket

    def unsent_bytes(self) -> int:
        """What waits to be sent because the client reads slowly."""
        return self._socket.transport.get_write_buffer_size()

    async def send(self, data: str | bytes) -> bool:
        """Send one message; False when the client is gone."""
        try:
            await self._socket.send(data)
        except ConnectionClosed:
            return False
        return True

    async def close(self, code: int, reason: str) -> None:
        """Close the connection and wait until that is done."""
        await self._socket.close(code, reason)


def _ending(socket: ServerConnection) -> tuple[int, str]:
    """Code and reason of the side that began to close."""
    protocol = socket.protocol
    first = protocol.close_rcvd if protocol.close_rcvd_then_sent else protocol.close_sent
    closing = first or protocol.close_rcvd
    code = closing.code if closing else CloseCode.ABNORMAL_CLOSURE
    reason = closing.reason if closing else ""
    return int(code), reason or REASONS.get(CloseCode(code) if code in REASONS else CloseCode.NORMAL_CLOSURE, "")


def _forwarded(client: Client) -> list[tuple[str, str]]:
    """Headers that API Gateway adds."""
    port = client.host.rpartition(":")[2]
    return [
        ("X-Forwarded-For", client.source_ip),
        ("X-Forwarded-Port", port),
        ("X-Forwarded-Proto", "http"),
    ]


def _header(request: Request, name: str) -> str:
    return ", ".join(request.headers.get_all(name))


def _response(refused: Refused) -> Response:
    body = refused.body.encode()
    headers = Headers(
        [("Content-Type", "application/json"), ("Content-Length", str(len(body))), ("Connection", "close")]
    )
    reason = HTTPStatus(refused.status).phrase if refused.status in set(HTTPStatus) else "Refused"
    return Response(refused.status, reason, headers, body)
