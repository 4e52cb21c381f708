"""What a runner tells of a mapping, for LocalStack to show it in its Lambda API. Pure."""

from dataclasses import dataclass, replace
from hashlib import sha256

from fanout_local.event_source_mapping.settings import MappingSettings

PATH = "/_fanout/event-source-mappings/"
"""In LocalStack; a runner's name follows. PUT: an object of `MappingReport`s by mapping id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingReport:
    """One mapping, as one runner serves it."""

    fingerprint: str
    """Of the settings that the runner goes by."""
    enabled: bool
    settled: bool
    """What the settings say is so: it is read, or it is disabled and nothing is under way."""
    result: str | None
    """LastProcessingResult; None: nothing yet."""


def fingerprint(settings: MappingSettings) -> str:
    """Return a text that two settings share when they behave alike, enabled or not."""
    return sha256(repr(replace(settings, enabled=True)).encode()).hexdigest()
