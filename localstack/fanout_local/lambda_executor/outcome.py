"""What can become of a process's init and of an event."""

from dataclasses import dataclass

# Lambda's limit for a synchronous answer: 6 MB and 100 bytes.
MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The process has been initialised and asks for an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Responded:
    """The handler's answer."""

    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """The runtime client's account of an exception, in the handler or at init."""

    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLarge:
    """An answer that Lambda refuses for its size."""

    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Exited:
    """The process ended without an answer; `code` as subprocess tells it (negative: a signal)."""

    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """No answer in time."""


Initialised = Ready | Raised | Exited | TimedOut
Outcome = Responded | Raised | TooLarge | Exited | TimedOut
