"""Which changes go on the bus, and what is told of them: two settings in JSON."""

import json
from dataclasses import dataclass
from typing import Any

from consumers.event_bus.entry import Transform
from stream_processor.change import Change, EventName
from stream_processor.environment import Environment
from stream_processor.errors import ConfigurationError
from stream_processor.outcome import Skipped

FILTER = 'JSON such as {"event_names": ["INSERT", "REMOVE"], "attributes": ["title"]}'
TRANSFORM = 'JSON such as {"source": "my.app", "attributes": ["title"], "old_image": false}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which changes are told.

    Attributes:
        event_names: of these kinds.
        attributes: only if one of these top-level attributes differs; None: whatever differs.

    """

    event_names: frozenset[str] = frozenset(EventName)
    attributes: frozenset[str] | None = None

    def skips(self, change: Change) -> Skipped | None:
        """Return why a change is not told, if it is not."""
        if change.event_name not in self.event_names:
            return Skipped(reason=f"the filter leaves out {change.event_name.value}")
        if self.attributes is None:
            return None
        old, new = change.old_image or {}, change.new_image or {}
        if any((name in old, old.get(name)) != (name in new, new.get(name)) for name in self.attributes):
            return None
        return Skipped(reason="none of the filter's attributes changed")


def read_filter(environment: Environment) -> Filter:
    """Read FANOUT_EVENT_FILTER.

    Raises:
        ConfigurationError: naming the variable, what it holds and what it takes.

    """
    fields = _object(environment, "FANOUT_EVENT_FILTER", {"event_names", "attributes"}, FILTER)
    names = frozenset(_names(fields.get("event_names", list(EventName)), "FANOUT_EVENT_FILTER", FILTER))
    if not names <= set(EventName):
        raise ConfigurationError(f"FANOUT_EVENT_FILTER names {', '.join(sorted(names))}: it takes {FILTER}")
    attributes = fields.get("attributes")
    return Filter(
        event_names=names,
        attributes=None if attributes is None else _names(attributes, "FANOUT_EVENT_FILTER", FILTER),
    )


def read_transform(environment: Environment) -> Transform:
    """Read FANOUT_EVENT_TRANSFORM.

    Raises:
        ConfigurationError: naming the variable, what it holds and what it takes.

    """
    variable = "FANOUT_EVENT_TRANSFORM"
    fields = _object(environment, variable, {"source", "attributes", "old_image"}, TRANSFORM)
    source, old_image, attributes = (
        fields.get("source", "fanout"),
        fields.get("old_image", True),
        fields.get("attributes"),
    )
    if not isinstance(source, str) or not source or source.startswith("aws.") or type(old_image) is not bool:
        raise ConfigurationError(f"{variable} is {environment.text(variable)!r}: it takes {TRANSFORM}")
    return Transform(
        source=source,
        attributes=None if attributes is None else _names(attributes, variable, TRANSFORM),
        old_image=old_image,
    )


def _object(environment: Environment, variable: str, names: set[str], takes: str) -> dict[str, Any]:
    text = environment.text(variable, "{}")
    try:
        fields = json.loads(text)
    except ValueError:
        fields = None
    if not isinstance(fields, dict) or not fields.keys() <= names:
        raise ConfigurationError(f"{variable} is {text!r}: it takes {takes}")
    return fields


def _names(value: object, variable: str, takes: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ConfigurationError(f"{variable} holds {value!r}: it takes {takes}")
    return frozenset(value)
