"""The events that functions get from the gateway."""

from fanout_local.websocket_gateway.connections import Client, new_id
from fanout_local.websocket_gateway.events import (
    Moment,
    connect_event,
    disconnect_event,
    iso_time,
    message_event,
)

CLIENT = Client(
    connection_id="L0SM9cOFvHcCIhw=",
    source_ip="127.0.0.1",
    user_agent="a browser",
    host="127.0.0.1:9000",
    connected_at_ms=1_700_000_000_000,
)
MOMENT = Moment(api_id="abcdef0123", stage="local", request_id="Dg8nEGn1oAMFz8g=", at_ms=1_700_000_001_234)
CONTEXT = {
    "extendedRequestId": "Dg8nEGn1oAMFz8g=",
    "requestTime": "14/Nov/2023:22:13:21 +0000",
    "messageDirection": "IN",
    "stage": "local",
    "connectedAt": 1_700_000_000_000,
    "requestTimeEpoch": 1_700_000_001_234,
    "identity": {"userAgent": "a browser", "sourceIp": "127.0.0.1"},
    "requestId": "Dg8nEGn1oAMFz8g=",
    "domainName": "127.0.0.1:9000",
    "connectionId": "L0SM9cOFvHcCIhw=",
    "apiId": "abcdef0123",
}


def test_connect_event_is_whole() -> None:
    """CONNECT carries headers and query, each as one value and as all of them."""
    event = connect_event(
        CLIENT, MOMENT, headers=[("Host", "h"), ("X-A", "1"), ("X-A", "2")], query=[("q", "1"), ("q", ""), ("r", "é")]
    )
    assert event == {
        "headers": {"Host": "h", "X-A": "2"},
        "multiValueHeaders": {"Host": ["h"], "X-A": ["1", "2"]},
        "queryStringParameters": {"q": "", "r": "é"},
        "multiValueQueryStringParameters": {"q": ["1", ""], "r": ["é"]},
        "requestContext": {**CONTEXT, "routeKey": "$connect", "eventType": "CONNECT"},
        "isBase64Encoded": False,
    }


def test_connect_event_without_query() -> None:
    """A client that gives no query leaves both members out."""
    event = connect_event(CLIENT, MOMENT, headers=[], query=[])
    assert set(event) == {"headers", "multiValueHeaders", "requestContext", "isBase64Encoded"}


def test_message_event_is_whole() -> None:
    """MESSAGE has a body and a message id, and no headers."""
    event = message_event(CLIENT, MOMENT, route_key="$default", message_id="m=", body="hello 😀")
    assert event == {
        "requestContext": {**CONTEXT, "routeKey": "$default", "eventType": "MESSAGE", "messageId": "m="},
        "body": "hello 😀",
        "isBase64Encoded": False,
    }


def test_disconnect_event_is_whole() -> None:
    """DISCONNECT tells code and reason of the closing."""
    event = disconnect_event(CLIENT, MOMENT, code=1001, reason="Going away")
    assert event["requestContext"] == {
        **CONTEXT,
        "routeKey": "$disconnect",
        "eventType": "DISCONNECT",
        "disconnectStatusCode": 1001,
        "disconnectReason": "Going away",
    }
    assert event["headers"]["Host"] == "127.0.0.1:9000"
    assert event["isBase64Encoded"] is False


def test_ids_look_like_api_gateways() -> None:
    """An id has 16 characters, ends in "=", and does not come twice."""
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(len(id_) == 16 and id_.endswith("=") for id_ in ids)


def test_iso_time_keeps_milliseconds() -> None:
    """Times of @connections are in ISO 8601 with milliseconds."""
    assert iso_time(1_700_000_001_004) == "2023-11-14T22:13:21.004Z"
