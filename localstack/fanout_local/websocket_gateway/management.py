"""@connections: what a function uses to reach a client, and the gateway's health.

Answers: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import json
from collections.abc import Mapping

from aiohttp import web

from fanout_local.websocket_gateway.connections import Connection, Connections
from fanout_local.websocket_gateway.events import iso_time
from fanout_local.websocket_gateway.limits import Limits

NORMAL_CLOSURE = 1000


class Management:
    """The HTTP side. Any signature is taken for now, but there must be one."""

    def __init__(self, connections: Connections, *, stage: str, limits: Limits) -> None:
        self._connections = connections
        self._limits = limits
        self.application = web.Application(client_max_size=2 * limits.message_bytes)
        path = f"/{stage}/@connections/{{connection_id}}"
        self.application.router.add_post(path, self._post)
        self.application.router.add_get(path, self._get, allow_head=False)
        self.application.router.add_delete(path, self._delete)
        self.application.router.add_get("/_health", self._health)

    async def _post(self, request: web.Request) -> web.Response:
        """Send a message to a client."""
        connection = self._connection(request)
        data = await self._read(request)
        if connection.socket.unsent_bytes() + len(data) > self._limits.unsent_bytes:
            raise _refusal(web.HTTPTooManyRequests, "LimitExceededException", "The client reads too slowly.")
        if not await connection.socket.send(_text_or_bytes(data)):
            raise _gone()
        self._connections.touch(connection)
        return web.json_response({})

    async def _get(self, request: web.Request) -> web.Response:
        """Tell of a connection."""
        connection = self._connection(request)
        client = connection.client
        return web.json_response(
            {
                "connectedAt": iso_time(client.connected_at_ms),
                "identity": {"sourceIp": client.source_ip, "userAgent": client.user_agent},
                "lastActiveAt": iso_time(connection.last_active_at_ms),
            }
        )

    async def _delete(self, request: web.Request) -> web.Response:
        """Close a connection."""
        connection = self._connection(request)
        self._connections.remove(connection)
        await connection.socket.close(NORMAL_CLOSURE, "Connection Closed Normally")
        return web.Response(status=204)

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"status": "running", "connections": len(self._connections)})

    def _connection(self, request: web.Request) -> Connection:
        if not request.headers.get("Authorization"):
            message = "Missing Authentication Token"
            raise _refusal(web.HTTPForbidden, "MissingAuthenticationTokenException", message)
        connection = self._connections.get(request.match_info["connection_id"])
        if connection is None:
            raise _gone()
        return connection

    async def _read(self, request: web.Request) -> bytes:
        length = request.content_length
        try:
            data = b"" if length and length > self._limits.message_bytes else await request.read()
        except web.HTTPRequestEntityTooLarge:
            data, length = b"", self._limits.message_bytes + 1
        if max(len(data), length or 0) > self._limits.message_bytes:
            raise _refusal(_PayloadTooLarge, "PayloadTooLargeException", "Message too long")
        return data


class _PayloadTooLarge(web.HTTPClientError):
    status_code = 413


def _gone() -> web.HTTPException:
    return _refusal(web.HTTPGone, "GoneException", "Gone")


def _refusal(kind: type[web.HTTPException], error_type: str, message: str) -> web.HTTPException:
    headers: Mapping[str, str] = {"x-amzn-ErrorType": error_type}
    return kind(text=json.dumps({"message": message}), content_type="application/json", headers=headers)


def _text_or_bytes(data: bytes) -> str | bytes:
    """Clients get text frames, unless it is no text."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data
