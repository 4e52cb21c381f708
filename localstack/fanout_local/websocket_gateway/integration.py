"""What came of invoking a route's function."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The function's answer in the shape that API Gateway asks for."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def is_success(self) -> bool:
        """Whether it lets a client in."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """No usable answer; `cause` is for our log, the client is only told "Internal server error"."""

    cause: str


Integrated = Answered | Failed


class FunctionInvoker(Protocol):
    """Invokes functions."""

    async def invoke(self, function_name: str, event: Mapping[str, object]) -> Integrated:
        """Invoke one and wait for its answer; every failure is an outcome."""
        ...


def read_answer(payload: bytes) -> Integrated:
    """Read a function's payload: {"statusCode": int, "headers"?: {}, "body"?: str, "isBase64Encoded"?: bool}."""
    try:
        answer = json.loads(payload)
    except ValueError:
        return Failed(cause="its answer is not JSON")
    match answer:
        case {"statusCode": int(status)} if 100 <= status <= 599:
            headers, body = answer.get("headers") or {}, answer.get("body") or ""
        case _:
            return Failed(cause="its answer is not an object with a statusCode")
    if not isinstance(headers, dict) or not isinstance(body, str):
        return Failed(cause="its answer's headers are not an object, or its body is not text")
    if answer.get("isBase64Encoded"):
        try:
            body = base64.b64decode(body, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return Failed(cause="its answer's body is not text in base64")
    return Answered(status=status, headers={name.lower(): str(value) for name, value in headers.items()}, body=body)
