"""The events that functions get.

Shapes: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-mapping-template-reference.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fanout_local.websocket_gateway.connections import Client
from fanout_local.websocket_gateway.deployment import CONNECT, DISCONNECT

Event = dict[str, Any]
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What differs from one event of a client to the next; `at_ms` since the epoch."""

    api_id: str
    stage: str
    request_id: str
    at_ms: int


def connect_event(client: Client, moment: Moment, *, headers: Pairs, query: Pairs) -> Event:
    """A client asks to be let in."""
    return {
        **_with_headers(headers),
        **_with_query(query),
        "requestContext": _context(client, moment, CONNECT, "CONNECT"),
        "isBase64Encoded": False,
    }


def message_event(client: Client, moment: Moment, *, route_key: str, message_id: str, body: str) -> Event:
    """A client sent a message."""
    context = _context(client, moment, route_key, "MESSAGE")
    return {
        "requestContext": {**context, "messageId": message_id},
        "body": body,
        "isBase64Encoded": False,
    }


def disconnect_event(client: Client, moment: Moment, *, code: int, reason: str) -> Event:
    """A client is gone; `code` and `reason` of the closing."""
    context = _context(client, moment, DISCONNECT, "DISCONNECT")
    headers = [("Host", client.host), ("x-api-key", ""), ("X-Forwarded-For", ""), ("x-restapi", "")]
    return {
        **_with_headers(headers),
        "requestContext": {**context, "disconnectStatusCode": code, "disconnectReason": reason},
        "isBase64Encoded": False,
    }


def iso_time(at_ms: int) -> str:
    """A time as @connections answers it."""
    return _time(at_ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def _context(client: Client, moment: Moment, route_key: str, event_type: str) -> Event:
    return {
        "routeKey": route_key,
        "eventType": event_type,
        "extendedRequestId": moment.request_id,
        "requestTime": _time(moment.at_ms).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "messageDirection": "IN",
        "stage": moment.stage,
        "connectedAt": client.connected_at_ms,
        "requestTimeEpoch": moment.at_ms,
        "identity": {"userAgent": client.user_agent, "sourceIp": client.source_ip},
        "requestId": moment.request_id,
        "domainName": client.host,
        "connectionId": client.connection_id,
        "apiId": moment.api_id,
    }


def _with_headers(headers: Pairs) -> Event:
    many = _grouped(headers)
    return {"headers": {name: values[-1] for name, values in many.items()}, "multiValueHeaders": many}


def _with_query(query: Pairs) -> Event:
    many = _grouped(query)
    if not many:
        return {}
    return {
        "queryStringParameters": {name: values[-1] for name, values in many.items()},
        "multiValueQueryStringParameters": many,
    }


def _grouped(pairs: Pairs) -> dict[str, list[str]]:
    many: dict[str, list[str]] = {}
    for name, value in pairs:
        many.setdefault(name, []).append(value)
    return many


def _time(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
