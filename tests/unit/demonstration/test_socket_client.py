"""The WebSocket client against a real server in this process."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from demonstration.errors import DemonstrationError
from demonstration.follower import Reading
from demonstration.socket_client import SocketClient

BODY = json.dumps({"id": "large", "body": "x" * 100_000}).encode()


class Bodies(BaseHTTPRequestHandler):
    """Gives everybody the large body."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named so by its base class
        """Print nothing."""


@contextmanager
def bodies() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Bodies) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/body"
        server.shutdown()
        thread.join()


@contextmanager
def gateway(*frames: str, confirm: bool = True) -> Iterator[str]:
    """Confirm subscriptions, send frames after the first one, and keep the connection until the block ends."""
    ended = Event()

    def talk(connection: ServerConnection) -> None:
        wanted = json.loads(connection.recv())
        if confirm:
            connection.send(json.dumps({"type": "subscribed", "document": wanted["document"]}))
        for text in frames:
            connection.send(text)
        ended.wait(10)

    with serve(talk, "127.0.0.1", 0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            ended.set()
            server.shutdown()
            thread.join()


def change(number: int, **content: Any) -> str:
    return json.dumps(
        {
            "type": "change",
            "v": 1,
            "document": "a",
            "event_id": f"event {number}",
            "order_key": f"label/{number:040d}",
            **content,
        }
    )


def followed(url: str, done: Callable[[SocketClient], bool]) -> SocketClient:
    """Return a client that has followed until `done`, and is closed."""
    client = SocketClient("client", url)
    client.subscribe(["a"], timeout_s=10)
    deadline = time.monotonic() + 10
    while not done(client) and time.monotonic() < deadline:
        time.sleep(0.01)
    client.stop()
    return client


def test_frames_become_states() -> None:
    """Images are held, older frames are dropped, a deletion is held as one."""
    with gateway(change(2, image={"id": "a"}), change(1, image={"id": "old"}), change(3, deleted=True)) as url:
        client = followed(url, lambda it: it.follower.readings.total() == 3)
    assert not client.follower.faults
    assert client.follower.held()["a"].image is None
    assert client.follower.readings == {Reading.NEWER: 2, Reading.LATE: 1}


@pytest.mark.parametrize(("size", "digest"), [(len(BODY), "right"), (len(BODY), "wrong"), (7, "right")])
def test_a_body_is_fetched_and_checked(size: int, digest: str) -> None:
    """What was fetched counts only if its size and its SHA-256 are those that the frame said."""
    told = sha256(BODY if digest == "right" else b"else").hexdigest()
    with bodies() as address:
        note = {"url": address, "bytes": size, "sha256": told, "expires_at_s": 0}
        with gateway(change(1, fetch=note)) as url:
            client = followed(url, lambda it: bool(it.follower.held() or it.follower.faults))
    if size == len(BODY) and digest == "right":
        assert client.follower.held()["a"].image == json.loads(BODY)
        assert client.follower.fetched == 1
    else:
        assert not client.follower.held()
        assert "its frame said" in client.follower.faults[0]


def test_a_frame_over_the_limit_is_a_fault() -> None:
    """API Gateway would not have carried it."""
    with gateway(change(1, image={"body": "x" * 32 * 1024})) as url:
        client = followed(url, lambda it: bool(it.follower.held()))
    assert "API Gateway takes 32768" in client.follower.faults[0]


def test_a_subscription_that_is_not_confirmed_is_told() -> None:
    """With where to look."""
    with gateway(confirm=False) as url:
        client = SocketClient("client", url)
        with pytest.raises(DemonstrationError, match="did not confirm 1 subscriptions"):
            client.subscribe(["a"], timeout_s=0.2)
        client.stop()


def test_a_gateway_that_is_not_there_is_told() -> None:
    """No traceback for a refused connection."""
    with pytest.raises(DemonstrationError, match="no WebSocket connection"):
        SocketClient("client", "ws://127.0.0.1:9").subscribe(["a"], timeout_s=1)
