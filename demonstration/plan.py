"""What people will write: a plan of steps, made before the first of them happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

type Value = (
    str | int | Decimal | bytes | bool | list[Value] | dict[str, Value] | set[str] | set[Decimal] | set[bytes] | None
)
"""What boto3's `TypeSerializer` takes."""
type Attributes = Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """A person puts a new document; it must not exist."""

    document: str
    person: str
    attributes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A person sets some attributes of the document that has this version, and makes it the next version."""

    document: str
    person: str
    version: int
    changes: Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """A person gives the document a time to live that is over: DynamoDB deletes it soon after."""

    document: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """A person deletes the document; it must exist."""

    document: str
    person: str


type Action = Create | Edit | Expire | Delete


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write and its time, counted from the start of the writing."""

    at_s: float
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All writes of a demonstration, in order of time.

    Attributes:
        about: what is written, in a few words.

    """

    about: str
    steps: tuple[Step, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        """Every document's `id`, in the order of their first step."""
        return tuple(dict.fromkeys(step.action.document for step in self.steps))

    @property
    def expected_changes(self) -> int:
        """How many stream records the plan gives: one a step, and one more for each deletion by time to live."""
        return len(self.steps) + sum(isinstance(step.action, Expire) for step in self.steps)


def spread(about: str, actions: list[Action], duration_s: float) -> Plan:
    """Return a plan that spreads the actions evenly over `duration_s` seconds, in their order."""
    gap_s = duration_s / len(actions)
    return Plan(
        about=about,
        steps=tuple(Step(at_s=index * gap_s, action=action) for index, action in enumerate(actions)),
    )
