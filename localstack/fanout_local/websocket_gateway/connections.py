"""Who is connected."""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


class Socket(Protocol):
    """The way to one client."""

    def unsent_bytes(self) -> int:
        """What waits to be sent because the client reads slowly."""
        ...

    async def send(self, data: str | bytes) -> bool:
        """Send one message; False when the client is gone."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close the connection and wait until that is done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What does not change while a client is connected; `connected_at_ms` since the epoch."""

    connection_id: str
    source_ip: str
    user_agent: str
    host: str
    connected_at_ms: int


@dataclass(slots=True, kw_only=True)
class Connection:
    """An open connection; `last_active_at_ms` since the epoch."""

    client: Client
    socket: Socket
    last_active_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """The open connections by their id. A client is among them from when $connect has let it in."""

    now_ms: Callable[[], int]
    _open: dict[str, Connection] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._open)

    def add(self, client: Client, socket: Socket) -> Connection:
        """Take in a client."""
        connection = Connection(client=client, socket=socket, last_active_at_ms=self.now_ms())
        self._open[client.connection_id] = connection
        return connection

    def get(self, connection_id: str) -> Connection | None:
        """The connection, unless it is gone."""
        return self._open.get(connection_id)

    def touch(self, connection: Connection) -> None:
        """A message went one way or the other."""
        connection.last_active_at_ms = self.now_ms()

    def remove(self, connection: Connection) -> None:
        """Forget a client."""
        self._open.pop(connection.client.connection_id, None)


def new_id() -> str:
    """An id as API Gateway makes them for connections, requests and messages: 16 characters, the last one "="."""
    return base64.urlsafe_b64encode(os.urandom(11)).decode()
