"""Where one function process and the environment that owns it meet: an event in, an outcome out."""

import time
from threading import Condition

from fanout_local.lambda_executor.invocation import Invocation
from fanout_local.lambda_executor.outcome import (
    MAX_RESPONSE_BYTES,
    Exited,
    Initialised,
    Outcome,
    Raised,
    Ready,
    Responded,
    TimedOut,
    TooLarge,
)


class UnknownRequestError(Exception):
    """The process answered an event that it does not hold."""


class Exchange:
    """The meeting place of one process. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._asks_for_event = False
        self._init_error: bytes | None = None
        self._offered: tuple[Invocation, int] | None = None
        self._held_request_id: str | None = None
        self._outcome: Outcome | None = None
        self._exit_code: int | None = None

    # The environment's side.

    def wait_for_init(self, timeout_s: float) -> Initialised:
        """Wait until the process asks for its first event, or fails to come so far."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._asks_for_event or self._init_error is not None or self._exit_code is not None,
                timeout_s,
            )
            if self._init_error is not None:
                return Raised(body=self._init_error)
            if self._exit_code is not None:
                return Exited(code=self._exit_code)
            return Ready() if self._asks_for_event else TimedOut()

    def run(self, invocation: Invocation, timeout_s: float) -> Outcome:
        """Hand the event out and wait for what comes of it.

        Returns when the process has answered AND asks for the next event (only then is it done with this one,
        and all it printed is in the log), has ended, or when the time is over.
        """
        deadline_ms = int((time.time() + timeout_s) * 1000)
        with self._changed:
            self._outcome = None
            self._offered = (invocation, deadline_ms)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._is_done() or self._exit_code is not None, timeout_s)
            self._offered = None
            self._held_request_id = None
            if self._outcome is not None:
                return self._outcome
            return TimedOut() if self._exit_code is None else Exited(code=self._exit_code)

    def is_idle(self) -> bool:
        """Whether the process lives and asks for an event."""
        with self._changed:
            return self._asks_for_event and self._exit_code is None

    def has_ended(self) -> bool:
        """Whether the process has been seen to end."""
        with self._changed:
            return self._exit_code is not None

    def wait_for_exit(self, timeout_s: float) -> bool:
        """Wait until the process has been seen to end."""
        with self._changed:
            return self._changed.wait_for(lambda: self._exit_code is not None, timeout_s)

    # The process's side.

    def next_event(self) -> tuple[Invocation, int] | None:
        """Wait for an event: it and its deadline (ms since the epoch); None once the process has ended."""
        with self._changed:
            self._asks_for_event = True
            self._changed.notify_all()
            while self._offered is None and self._exit_code is None:
                self._changed.wait()
            if self._offered is None:
                return None
            offered, self._offered = self._offered, None
            self._asks_for_event = False
            self._held_request_id = offered[0].request_id
            return offered

    def respond(self, request_id: str, body: bytes) -> bool:
        """Take the handler's answer; False when it is too large. Raises UnknownRequestError."""
        fits = len(body) <= MAX_RESPONSE_BYTES
        self._settle(request_id, Responded(body=body) if fits else TooLarge(size_bytes=len(body)))
        return fits

    def fail(self, request_id: str, body: bytes) -> None:
        """Take the handler's error. Raises UnknownRequestError."""
        self._settle(request_id, Raised(body=body))

    def fail_init(self, body: bytes) -> None:
        """Take the error that kept the handler from being loaded."""
        with self._changed:
            self._init_error = body
            self._changed.notify_all()

    def exited(self, code: int) -> None:
        """The process has ended, and whatever it started with it."""
        with self._changed:
            self._exit_code = code
            self._changed.notify_all()

    def _settle(self, request_id: str, outcome: Outcome) -> None:
        with self._changed:
            if request_id != self._held_request_id:
                raise UnknownRequestError(request_id)
            self._outcome = outcome
            self._held_request_id = None
            self._changed.notify_all()

    def _is_done(self) -> bool:
        return self._outcome is not None and self._asks_for_event
