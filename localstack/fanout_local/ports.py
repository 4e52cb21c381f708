"""Ports: free ones, or those the user asks for, with a word on who holds one that is taken."""

import random
import socket
from dataclasses import dataclass

import psutil

from fanout_local.errors import LocalStackError

# Below every system's range for outgoing connections, so that none takes a port between choice and use.
CHOICE = range(20000, 32000)
ATTEMPTS = 200
NAMES = ("aws", "dynamodb", "opensearch", "websocket", "mappings")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortWishes:
    """The port of each engine; None leaves the choice to us."""

    aws: int | None = None
    dynamodb: int | None = None
    opensearch: int | None = None
    websocket: int | None = None
    mappings: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """A port for each engine, free when it was looked at."""

    aws: int
    dynamodb: int
    opensearch: int
    websocket: int
    mappings: int


def choose_ports(wishes: PortWishes) -> Ports:
    """The ports asked for, and free ones for the rest.

    Raises LocalStackError for a port that is taken, naming its holder if that can be found, or asked for twice.
    """
    asked = {name: port for name in NAMES if (port := getattr(wishes, name)) is not None}
    for name, port in asked.items():
        if list(asked.values()).count(port) > 1:
            raise LocalStackError(f"Port {port} is asked for twice.", remedy=f"Give --port-{name} another number.")
        if not is_free(port):
            raise port_in_use(port, remedy=f"Give --port-{name} another number, or leave it out: a free port is taken.")
    chosen = dict(asked)
    for name in NAMES:
        if name not in chosen:
            chosen[name] = _free_port(besides=set(chosen.values()))
    return Ports(**chosen)


def is_free(port: int) -> bool:
    """Whether a server could listen on this port, on loopback and on all interfaces."""
    for address in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 (tried, not listened on)
        with socket.socket() as attempt:
            # As servers do: a port whose last connections are only closing counts as free.
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind((address, port))
            except OSError:
                return False
    return True


def port_in_use(port: int, *, remedy: str) -> LocalStackError:
    """The error for a port that is taken."""
    holder = _holder(port)
    return LocalStackError(f"Port {port} is in use{f' by {holder}' if holder else ''}.", remedy=remedy)


def _holder(port: int) -> str:
    """Which process listens there, as far as we may see: "process 123 (python3)", or nothing."""
    try:
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN
            if listens and getattr(connection.laddr, "port", None) == port and connection.pid:
                return f"process {connection.pid} ({psutil.Process(connection.pid).name()})"
    except psutil.Error:
        pass
    return ""


def _free_port(besides: set[int]) -> int:
    for port in random.sample(CHOICE, ATTEMPTS):
        if port not in besides and is_free(port):
            return port
    raise LocalStackError(
        f"No free port was found between {CHOICE.start} and {CHOICE.stop}.",
        remedy="End what holds them, or name ports with --port-aws and so on.",
    )
