"""Connections come, subscribe and go; every message is answered."""

import json
from typing import Any, cast

import pytest

from consumers.websocket_notifier.socket_routes import SocketRoutes
from stream_processor.deadline import Deadline
from tests.aws_fakes import client_error
from tests.fakes import FakeClock
from tests.socket_fakes import FakePosts, FakeSubscriptions

CLOCK = FakeClock()


class Gateway:
    """Hands events to the routes, as API Gateway does."""

    def __init__(self) -> None:
        self.subscriptions = FakeSubscriptions()
        self.posts = FakePosts()
        self.routes = SocketRoutes(cast("Any", self.subscriptions), cast("Any", self.posts), CLOCK)

    def hand_over(self, route: str, body: str | None = None, connection: str = "ann") -> int:
        event = {"requestContext": {"routeKey": route, "connectionId": connection}, "body": body}
        return self.routes.serve(event, Deadline.after(10, CLOCK))["statusCode"]

    def answers(self, connection: str = "ann") -> list[dict[str, Any]]:
        return [json.loads(frame) for frame in self.posts.taken.get(connection, [])]


def test_a_client_subscribes_and_unsubscribes() -> None:
    """Each request has its effect before its answer; only the sender is answered."""
    gateway = Gateway()
    assert gateway.hand_over("$connect") == 200
    assert gateway.hand_over("$default", '{"action": "subscribe", "document": "a"}') == 200
    assert gateway.subscriptions.connections_of("a", CLOCK.now_ms()) == ["ann"]
    assert gateway.hand_over("$default", '{"action": "unsubscribe", "document": "a"}') == 200
    assert gateway.subscriptions.connections_of("a", CLOCK.now_ms()) == []
    assert gateway.answers() == [{"type": "subscribed", "document": "a"}, {"type": "unsubscribed", "document": "a"}]


def test_a_client_that_goes_is_forgotten() -> None:
    """All its subscriptions end, nobody else's."""
    gateway = Gateway()
    for connection in ("ann", "bob"):
        for document in ("a", "b"):
            gateway.hand_over("$default", json.dumps({"action": "subscribe", "document": document}), connection)
    assert gateway.hand_over("$disconnect") == 200
    assert gateway.subscriptions.expires_at_s.keys() == {("a", "bob"), ("b", "bob")}


@pytest.mark.parametrize("body", [None, "", "x", "{}"])
def test_a_malformed_message_is_answered_with_an_error(body: str | None) -> None:
    """It changes nothing, and the connection lives on."""
    gateway = Gateway()
    assert gateway.hand_over("$default", body) == 200
    (frame,) = gateway.answers()
    assert frame["type"] == "error"
    assert not gateway.subscriptions.expires_at_s


def test_a_request_that_could_not_be_served_says_so() -> None:
    """The client is asked to send it again; the status tells the operator."""
    gateway = Gateway()
    gateway.subscriptions.raises_on_removal = client_error("InternalServerError", 500)
    assert gateway.hand_over("$default", '{"action": "unsubscribe", "document": "a"}') == 500
    assert [frame["code"] for frame in gateway.answers()] == ["try_again"]
    gateway.subscriptions.subscribe("a", "ann", CLOCK.now_ms())
    assert gateway.hand_over("$disconnect") == 500
