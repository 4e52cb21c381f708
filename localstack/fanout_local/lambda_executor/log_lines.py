"""What Lambda itself writes to a function's log around an invocation."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

from fanout_local.lambda_executor.invocation import Function

SIGNAL_NAMES = {
    1: "hangup",
    2: "interrupt",
    4: "illegal instruction",
    6: "aborted",
    7: "bus error",
    8: "floating point exception",
    9: "killed",
    11: "segmentation fault",
    13: "broken pipe",
    15: "terminated",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What REPORT tells of one invocation."""

    duration_ms: float
    init_ms: float | None
    peak_memory_mb: int
    status: str = ""


def start_line(request_id: str, version: str) -> str:
    """First line of an invocation."""
    return f"START RequestId: {request_id} Version: {version}\n"


def end_lines(request_id: str, function: Function, measured: Measured) -> str:
    """END, and REPORT with times in ms and memory in MB."""
    fields = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {measured.duration_ms:.2f} ms",
        f"Billed Duration: {math.ceil(measured.duration_ms)} ms",
        f"Memory Size: {function.memory_mb} MB",
        f"Max Memory Used: {measured.peak_memory_mb} MB",
    ]
    if measured.init_ms is not None:
        fields.append(f"Init Duration: {measured.init_ms:.2f} ms")
    if measured.status:
        fields.append(f"Status: {measured.status}")
    return f"END RequestId: {request_id}\n" + "\t".join(fields) + "\n"


def timeout_line(request_id: str, timeout_s: float, at_s: float) -> str:
    """Last line of an invocation that took too long; `at_s` in seconds since the epoch."""
    stamp = datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return f"{stamp} {request_id} Task timed out after {timeout_s:.2f} seconds\n\n"


def exit_lines(request_id: str, code: int) -> str:
    """Last lines of an invocation in which the process ended."""
    return f"{exit_message(request_id, code)}\nRuntime.ExitError\n"


def exit_message(request_id: str, code: int) -> str:
    """How Lambda words the end of a process; `code` negative for a signal."""
    if code == 0:
        return f"RequestId: {request_id} Error: Runtime exited without providing a reason"
    reason = f"exit status {code}" if code > 0 else f"signal: {SIGNAL_NAMES.get(-code, str(-code))}"
    return f"RequestId: {request_id} Error: Runtime exited with error: {reason}"
