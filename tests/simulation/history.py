"""All that happened in a run, in order: what the oracle judges, and what a person reads of a failing seed."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Began(NamedTuple):
    """An invocation began. `items`: of the stream function, the indexes of the writes; of the worker, message ids."""

    at_s: float
    invocation: int
    function: str
    environment: int
    ends_at_s: float
    items: tuple[int, ...]


class Recalled(NamedTuple):
    """The ledger answered: event id -> consumers with a standing, and the consumers whose breaker is open."""

    at_s: float
    invocation: int
    had: Mapping[str, frozenset[str]]
    open: frozenset[str]


class Given(NamedTuple):
    """A consumer was called. `leaks`: it saw more than it may; `busy`: an earlier call of it still ran there."""

    at_s: float
    invocation: int
    environment: int
    consumer: str
    call: int
    events: tuple[str, ...]
    ends_at_s: float
    leaks: bool
    busy: bool


class Said(NamedTuple):
    """A consumer's answer for one change: the outcome's name, and the type of its cause."""

    at_s: float
    invocation: int
    consumer: str
    event: str
    outcome: str
    cause: str
    after_s: float | None


class Returned(NamedTuple):
    """A call of a consumer ended, well or not."""

    at_s: float
    invocation: int
    consumer: str
    call: int


class Troubled(NamedTuple):
    """A fault was felt in an invocation, at a consumer's sink or at a port."""

    at_s: float
    invocation: int
    place: str
    fault: str


class Took(NamedTuple):
    """A sink took a change: `version` is the document's version as the sink got it, None for a removal."""

    at_s: float
    consumer: str
    event: str
    version: int | None


class Showed(NamedTuple):
    """A sink that keeps the newest state of each document shows this change's state now."""

    at_s: float
    consumer: str
    document: str
    event: str


class Parked(NamedTuple):
    """A message came into a consumer's retry queue."""

    at_s: float
    invocation: int
    consumer: str
    message: int
    event: str | None
    cause: str
    delay_s: float
    first_at_ms: int
    record: object


class Died(NamedTuple):
    """A dead letter came into the failures bucket."""

    at_s: float
    invocation: int
    consumer: str
    event: str | None
    cause: str
    attempts: int
    first_at_ms: int
    last_at_ms: int
    record: object


class Asked(NamedTuple):
    """A function began to use a store after its fan-out: the queues, the bucket, or the ledger for writing."""

    at_s: float
    invocation: int
    place: str


class Noted(NamedTuple):
    """The ledger took an entry: consumer -> state."""

    at_s: float
    invocation: int
    event: str
    states: Mapping[str, str]


class Board(NamedTuple):
    """The breaker board was asked to `open`, `claim` or `close`; `done` says whether it did."""

    at_s: float
    invocation: int
    consumer: str
    what: str
    done: bool


class Replied(NamedTuple):
    """A function returned. `answer`: the identifiers it named, as they stood."""

    at_s: float
    invocation: int
    answer: tuple[Any, ...]


class Failed(NamedTuple):
    """An invocation failed, as the platform sees it."""

    at_s: float
    invocation: int
    why: str


class Moved(NamedTuple):
    """The mapping's position passed these writes: by an `answer`, or they were `discarded`, or `expired`."""

    at_s: float
    invocation: int
    lane: str
    passed: tuple[int, ...]
    how: str


class Left(NamedTuple):
    """A message left a retry queue for good: `deleted` after an invocation, or moved to the `dlq`."""

    at_s: float
    invocation: int
    consumer: str
    message: int
    how: str


class Calm(NamedTuple):
    """From now on everything works, all that was parked has arrived, and every environment is new."""

    at_s: float


type Happening = (
    Began
    | Recalled
    | Given
    | Said
    | Returned
    | Troubled
    | Took
    | Showed
    | Parked
    | Died
    | Asked
    | Noted
    | Board
    | Replied
    | Failed
    | Moved
    | Left
    | Calm
)


class History:
    """What happened, in order."""

    def __init__(self) -> None:
        """Begin empty."""
        self.happenings: list[Happening] = []
        self.note = self.happenings.append
