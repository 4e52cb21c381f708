"""Limits of a WebSocket API.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """API Gateway's own numbers, and below them those that it does not publish or that are this machine's."""

    message_bytes: int = 128 * 1024
    frame_bytes: int = 32 * 1024
    idle_s: float = 10 * 60
    connection_s: float = 2 * 60 * 60
    integration_s: float = 29

    unsent_bytes: int = 1024 * 1024
    """What may wait for one client that reads slowly; a post beyond it is refused with 429."""
    invocations: int = 4
    """Functions invoked at once, for all clients together: every one of them is a process here."""
    messages_in_flight: int = 1
    """Messages of one client handled at once. API Gateway promises no order; 1 keeps it, as a real client that
    waits for each answer would see it. A higher number lets a test see a client's messages overtake each other."""
