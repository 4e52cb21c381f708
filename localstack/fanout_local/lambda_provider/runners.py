"""What runners have said of the mappings."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from fanout_local.event_source_mapping.report import MappingReport

SILENT_S = 6.0
"""A runner tells something every two seconds; one that is silent so long is gone."""


@dataclass(frozen=True, slots=True)
class _Told:
    at_s: float
    reports: Mapping[str, MappingReport]


class Runners:
    """May be used by many threads."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._told: dict[str, _Told] = {}

    def told(self, runner: str, body: bytes) -> None:
        """Take in what a runner says. Raises ValueError, TypeError or AttributeError for what no runner says."""
        reports = {mapping_id: MappingReport(**report) for mapping_id, report in json.loads(body).items()}
        with self._lock:
            self._told[runner] = _Told(self._monotonic_s(), reports)

    def settled(self, mapping_id: str, *, fingerprint: str, enabled: bool) -> bool:
        """Whether every runner goes by these settings, and what they say is so. Without a runner it is."""
        reports = [told.reports.get(mapping_id) for told in self._alive()]
        return all(
            report is not None and report.settled and (report.fingerprint, report.enabled) == (fingerprint, enabled)
            for report in reports
        )

    def result(self, mapping_id: str) -> str | None:
        """LastProcessingResult; a problem of one runner comes before another's success. None: nothing yet."""
        reports = (told.reports.get(mapping_id) for told in self._alive())
        results = sorted(
            (report.result for report in reports if report is not None and report.result is not None),
            key=lambda result: not result.startswith("PROBLEM"),
        )
        return results[0] if results else None

    def _alive(self) -> Iterator[_Told]:
        now_s = self._monotonic_s()
        with self._lock:
            told = tuple(self._told.values())
        return (one for one in told if now_s - one.at_s < SILENT_S)
