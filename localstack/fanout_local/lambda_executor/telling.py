"""How Lambda tells of an outcome: to the caller, in the log, and in REPORT."""

import json
from dataclasses import dataclass

from fanout_local.lambda_executor import log_lines
from fanout_local.lambda_executor.outcome import (
    MAX_RESPONSE_BYTES,
    Exited,
    Outcome,
    Raised,
    Responded,
    TimedOut,
    TooLarge,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The caller's payload, Lambda's own log lines, and the status in REPORT (empty when all is well)."""

    payload: bytes
    is_error: bool = False
    lines: str = ""
    status: str = ""


def tell(outcome: Outcome, *, request_id: str, timeout_s: float, at_s: float) -> Told:
    """Word an outcome as Lambda does; `at_s` in seconds since the epoch."""
    match outcome:
        case Responded(body=body):
            return Told(payload=body)
        case Raised(body=body):
            return Told(payload=body, is_error=True, status="error")
        case TooLarge(size_bytes=size_bytes):
            message = (
                f"Response payload size ({size_bytes} bytes) exceeded maximum allowed payload size "
                f"({MAX_RESPONSE_BYTES} bytes)."
            )
            return _error("Function.ResponseSizeTooLarge", message, status="error")
        case TimedOut():
            return _error(
                "Sandbox.Timedout",
                f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds",
                lines=log_lines.timeout_line(request_id, timeout_s, at_s),
                status="timeout",
            )
        case Exited(code=code):
            return _error(
                "Runtime.ExitError",
                log_lines.exit_message(request_id, code),
                lines=log_lines.exit_lines(request_id, code),
                status="error",
            )


def _error(error_type: str, message: str, *, lines: str = "", status: str) -> Told:
    payload = json.dumps({"errorType": error_type, "errorMessage": message}).encode()
    return Told(payload=payload, is_error=True, lines=lines, status=status)
