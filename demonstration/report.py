"""What a demonstration ends in: one value, shown as tables to people and as JSON to programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from demonstration.latency import ConsumerFigures
from demonstration.verification.check import Check

GOAL_VERIFIED_S = 10.0
GOAL_WHOLE_S = 100.0
GOAL_MEMORY_BYTES = 3_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFigures:
    """What a WebSocket client met on the way.

    Attributes:
        p50_ms: from the writer's stamp to the frame's arrival.

    """

    name: str
    frames: int
    repeated: int
    late: int
    fetched: int
    p50_ms: int | None
    p95_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole demonstration.

    Attributes:
        about: what was written.
        writes: how many there were; time to live adds changes of its own.
        verified_after_s: from the last write to the last check's answer.
        whole_s: since the command began, all but taking the stack down.
        memory_bytes: of every process of the stack at the end of the writing; shared pages counted once.
        step_seconds: title of each step -> seconds.
        complaints: what the functions logged last of errors, asked for when something differs.

    """

    about: str
    documents: int
    writes: int
    changes: int
    consumers: Sequence[ConsumerFigures]
    clients: Sequence[ClientFigures]
    checks: Sequence[Check]
    verified_after_s: float
    whole_s: float
    memory_bytes: int
    step_seconds: Mapping[str, float]
    complaints: Sequence[str] = ()

    @property
    def verified(self) -> bool:
        """Whether every check holds."""
        return all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        """Return the report, ready for `json.dumps`."""
        return {"schema": 1, "verified": self.verified, **asdict(self)}
