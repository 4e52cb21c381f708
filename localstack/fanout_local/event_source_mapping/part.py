"""A batch, or what is left of one, and what follows from its failure. Pure."""

from dataclasses import dataclass, replace

from fanout_local.event_source_mapping.record import Record
from fanout_local.event_source_mapping.settings import FOR_EVER, MappingSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Records that go to the function together."""

    records: tuple[Record, ...]
    """None of them: a window's last invocation."""
    failures: int = 0
    """Attempts of exactly this part that failed, since the last progress."""
    early: bool = False
    """A window's last invocation because its state grew too large."""

    @property
    def closes_window(self) -> bool:
        """It is a window's last invocation."""
        return not self.records


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The same part again, after a back-off."""

    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The first half, at once, then the other."""

    first: Part
    second: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """No attempt is left."""

    part: Part


def after_failure(part: Part, settings: MappingSettings) -> Retry | Split | GiveUp:
    """Return what follows when the function failed and nothing of the part is done."""
    if part.closes_window:
        return Retry(part=replace(part, failures=part.failures + 1))
    if settings.bisect_batch_on_function_error and len(part.records) > 1:
        middle = (len(part.records) + 1) // 2
        return Split(first=Part(records=part.records[:middle]), second=Part(records=part.records[middle:]))
    failed = replace(part, failures=part.failures + 1)
    if settings.maximum_retry_attempts != FOR_EVER and failed.failures > settings.maximum_retry_attempts:
        return GiveUp(part=failed)
    return Retry(part=failed)


def too_old(record: Record, now_ms: int, *, most_age_ms: int, resolution_ms: int) -> bool:
    """Tell whether the record's age surely is over the limit: it may be younger than its cut time says."""
    return record.created_ms + resolution_ms - 1 + most_age_ms < now_ms


def before_change(flags: list[bool]) -> int:
    """Return how many of the flags, from the first on, are alike."""
    return next((place for place, flag in enumerate(flags) if flag is not flags[0]), len(flags))
