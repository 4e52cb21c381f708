"""Posts against a server that answers as @connections does."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import unquote

import boto3
import pytest
from botocore.config import Config

from consumers.websocket_notifier.posts import PAUSES_S, Posts, Reception
from stream_processor.deadline import Deadline
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

CONNECTION = "L0SM9cOFvHcCIhw="
SESSION = boto3.session.Session("key", "secret", region_name="us-east-1")


class Connections(ThreadingHTTPServer):
    """Answers with the statuses it was given, one after another, then 200; remembers what was posted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses: list[int] = []
        self.posted: list[tuple[str, bytes]] = []
        self.calls = 0


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Connections

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls += 1
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if status == 200:
            self.server.posted.append((unquote(self.path), body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        pass


@pytest.fixture
def connections() -> Iterator[Connections]:
    """A server of its own for each test."""
    with Connections() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def client_for(endpoint: str) -> "ApiGatewayManagementApiClient":
    return SESSION.client(
        "apigatewaymanagementapi",
        endpoint_url=endpoint,
        config=Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 1}),
    )


def post(server: Connections, *frames: bytes, within_s: float = 10) -> tuple[list[Reception], list[float]]:
    pauses: list[float] = []
    posts = Posts(client_for(f"http://127.0.0.1:{server.server_port}/local"), pause=pauses.append)
    receipts = posts.post_all(CONNECTION, frames, Deadline.after(within_s, FakeClock()))
    return [receipt.reception for receipt in receipts], pauses


def test_frames_arrive_in_order(connections: Connections) -> None:
    """Each frame is posted once, at the connection's own path."""
    assert post(connections, b"1", b"2", b"3") == ([Reception.POSTED] * 3, [])
    assert connections.posted == [(f"/local/@connections/{CONNECTION}", body) for body in (b"1", b"2", b"3")]


def test_a_connection_that_is_gone_is_asked_once(connections: Connections) -> None:
    """After 410 no further frame is tried."""
    connections.statuses = [410]
    assert post(connections, b"1", b"2") == ([Reception.GONE] * 2, [])
    assert connections.calls == 1


def test_a_throttled_post_is_tried_again(connections: Connections) -> None:
    """A passing 429 or 5xx costs a pause and nothing else."""
    connections.statuses = [429, 503]
    assert post(connections, b"1") == ([Reception.POSTED], list(PAUSES_S))


def test_a_client_that_does_not_keep_up_is_tried_a_few_times(connections: Connections) -> None:
    """Its first frame is tried three times, each further one once; it may take frames again."""
    connections.statuses = [429, 429, 429, 429]
    assert post(connections, b"1", b"2", b"3") == (
        [Reception.LAGGING, Reception.LAGGING, Reception.POSTED],
        list(PAUSES_S),
    )


def test_a_failing_service_is_named(connections: Connections) -> None:
    """Errors of the service are tried again, refusals are not; both say what they are."""
    connections.statuses = [500, 502, 503]
    assert post(connections, b"1", b"2")[0] == [Reception.UNREACHED] * 2
    assert connections.calls == 3
    connections.statuses = [403]
    assert post(connections, b"1")[0] == [Reception.UNREACHED]
    assert connections.calls == 4


def test_no_server_means_unreached() -> None:
    """A refused connection has a cause, so that the change can come again."""
    posts = Posts(client_for("http://127.0.0.1:9/local"))
    (receipt,) = posts.post_all(CONNECTION, [b"1"], Deadline.after(5, FakeClock()))
    assert receipt.reception is Reception.UNREACHED
    assert receipt.cause is not None
    assert receipt.cause.type == "EndpointConnectionError"


def test_nothing_is_posted_after_the_deadline(connections: Connections) -> None:
    """A post that was not begun in time is not begun."""
    assert post(connections, b"1", within_s=0) == ([Reception.TOO_LATE], [])
    assert connections.calls == 0
