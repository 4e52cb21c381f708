"""Looks after all mappings of an endpoint."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from fanout_local.event_source_mapping.runner.mapping_source import ListedMapping
from fanout_local.event_source_mapping.runner.mapping_worker import MappingPorts, MappingWorker
from fanout_local.event_source_mapping.runner.refusals import CALL_ERRORS, cause_of
from fanout_local.event_source_mapping.runner.state_table import MappingLeases, StateTableError

logger = logging.getLogger(__name__)

TURN_S = 0.2
LEAST_TURN_S = 0.02
SCAN_S = 1.0


class Runner:
    """`run` is one thread's; `mappings_changed` and `wake` may be called from any."""

    def __init__(self, ports: MappingPorts, *, show: Callable[["Runner"], None]) -> None:
        """`show` is called after every turn, in the runner's thread."""
        self._ports = ports
        self._show = show
        self._scan_s = min(SCAN_S, ports.lease_ms / 4000)
        self._wake = threading.Event()
        self._stop = False
        self._listed: Sequence[ListedMapping] | None = None
        self._scanned_s = 0.0
        self._table_is_there = False
        self.workers: dict[str, MappingWorker] = {}
        """By mapping."""
        self.invalid: dict[str, ListedMapping] = {}
        """Mappings that cannot be served as they are set."""
        self.problem = ""
        """Of the state table: nothing can be served; empty: none."""

    def wake(self) -> None:
        """There is something to look at."""
        self._wake.set()

    def stop(self) -> None:
        """Have `run` return."""
        self._stop = True
        self._wake.set()

    def mappings_changed(self, listed: Sequence[ListedMapping]) -> None:
        """Take in the mappings as they are now, all of them."""
        self._listed = listed

    def run(self) -> None:
        """Serve until told to stop; no failure ends it."""
        while not self._stop:
            self._wake.wait(TURN_S)
            self._wake.clear()
            self._guarded("all", self._turn)
            self._guarded("all", lambda: self._show(self))
            time.sleep(LEAST_TURN_S)
        for mapping_id, worker in self.workers.items():
            self._guarded(mapping_id, lambda worker=worker: worker.end(_now_ms()))  # type: ignore[misc]

    def _turn(self) -> None:
        self._take_in(self._listed or ())
        if not self.workers:
            # Without a mapping no table is made: an empty stack has none.
            self._say("")
            return
        stored: dict[str, MappingLeases] | None = None
        new = any(not worker.seen_table for worker in self.workers.values())
        try:
            self._ensure_table()
            if new or time.monotonic() - self._scanned_s >= self._scan_s:
                stored = self._ports.table.read_all()
                self._scanned_s = time.monotonic()
        except (*CALL_ERRORS, StateTableError) as error:
            self._table_is_there = False
            self._say(str(error) if isinstance(error, StateTableError) else f"The state table: {cause_of(error)}")
            for worker in self.workers.values():
                worker.drop_lost(_now_ms())
            return
        self._say("")
        for mapping_id, worker in self.workers.items():
            found = None if stored is None else stored.get(mapping_id, MappingLeases())
            self._guarded(mapping_id, lambda worker=worker, found=found: worker.step(found, _now_ms()))  # type: ignore[misc]

    def _ensure_table(self) -> None:
        if not self._table_is_there:
            self._ports.table.ensure()
            self._table_is_there = True

    def _take_in(self, listed: Sequence[ListedMapping]) -> None:
        if self._listed is None:
            return
        valid = {mapping.mapping_id: mapping.settings for mapping in listed if mapping.settings is not None}
        invalid = {mapping.mapping_id: mapping for mapping in listed if mapping.settings is None}
        for mapping_id, mapping in invalid.items():
            if self.invalid.get(mapping_id) != mapping:
                logger.warning("mapping %s: %s", mapping_id, mapping.problem)
        self.invalid = invalid
        for mapping_id in [mapping_id for mapping_id in self.workers if mapping_id not in valid]:
            self._end(mapping_id, deleted=mapping_id not in invalid)
        for mapping_id, settings in valid.items():
            if mapping_id in self.workers:
                self.workers[mapping_id].change(settings)
            else:
                logger.info("mapping %s: %s from %s", mapping_id, settings.function_arn, settings.stream_arn)
                self.workers[mapping_id] = MappingWorker(settings, self._ports)

    def _end(self, mapping_id: str, *, deleted: bool) -> None:
        worker = self.workers.pop(mapping_id)
        logger.info("mapping %s: %s", mapping_id, "deleted" if deleted else "cannot be served any more")
        self._guarded(mapping_id, worker.delete if deleted else lambda: worker.end(_now_ms()))

    def _guarded(self, mapping_id: str, act: Callable[[], None]) -> None:
        """Whatever happens to one mapping, the others go on."""
        try:
            act()
        except CALL_ERRORS as error:
            self._say(f"The state table: {cause_of(error)}")
            self._table_is_there = False
        except Exception:
            logger.exception("mapping %s", mapping_id)

    def _say(self, problem: str) -> None:
        if problem and problem != self.problem:
            logger.warning("%s", problem)
        self.problem = problem


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
