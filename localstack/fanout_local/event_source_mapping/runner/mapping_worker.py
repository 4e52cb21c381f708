"""Serves one mapping: finds its shards, holds leases of some, runs a worker for each."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fanout_local.event_source_mapping.leases import Lease
from fanout_local.event_source_mapping.lineage import ShardDescription, beginnings, forgettable, readable
from fanout_local.event_source_mapping.position import Position
from fanout_local.event_source_mapping.runner.mapping_leases import HeldLeases
from fanout_local.event_source_mapping.runner.refusals import CALL_ERRORS, NOT_FOUND, cause_of, code_of
from fanout_local.event_source_mapping.runner.shard_worker import ShardWorker
from fanout_local.event_source_mapping.runner.state_table import MappingLeases, StateTable
from fanout_local.event_source_mapping.runner.stream_shards import StreamShards
from fanout_local.event_source_mapping.settings import MappingSettings

logger = logging.getLogger(__name__)

DESCRIBE_EVERY_MS = 10_000
AGAIN_MS = 1_000
"""After a failure."""
STREAM_ENDED = "The stream is disabled: its table was deleted, or its stream turned off. All of it was read."


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingPorts:
    """What all mapping workers of a runner share."""

    runner: str
    lease_ms: int
    table: StateTable
    shards: StreamShards
    new_worker: Callable[[MappingSettings, str, Position], ShardWorker]
    """Called with the shard's id and where to begin; the worker is not started yet."""


class MappingWorker:
    """Used by one thread, which calls `step` several times a second."""

    def __init__(self, settings: MappingSettings, ports: MappingPorts) -> None:
        self._ports = ports
        self._leases = HeldLeases(
            mapping_id=settings.mapping_id, table=ports.table, runner=ports.runner, lease_ms=ports.lease_ms
        )
        self._workers: dict[str, ShardWorker] = {}
        self._shards: tuple[ShardDescription, ...] = ()
        self._readable = True
        self.seen_table = False
        """It knows what the state table holds of it; before that nothing can begin."""
        self._describe_ms = 0
        self._begin_ms = 0
        self._result: str | None = None
        self.settings = settings
        self.problem = ""
        """What keeps it from being served; empty: nothing."""

    @property
    def settled(self) -> bool:
        """What the settings say is so: it is disabled and at rest, or it has its place in the stream and is served."""
        if not self.settings.enabled:
            return not self._workers
        return bool(self.problem) or bool(self._leases.leases)

    @property
    def result(self) -> str | None:
        """LastProcessingResult; None: no records processed, and no problem."""
        if self.problem:
            return f"PROBLEM: {self.problem}"
        results = [worker.result for worker in self._workers.values() if worker.result is not None]
        if results:
            self._result = next((result for result in results if result.startswith("PROBLEM")), results[0])
        return self._result

    @property
    def leases(self) -> Mapping[str, Lease]:
        """All of the mapping's, by shard."""
        return self._leases.leases

    @property
    def workers(self) -> Mapping[str, ShardWorker]:
        """Of the shards that this runner reads."""
        return self._workers

    def change(self, settings: MappingSettings) -> None:
        """Take in settings as they are now."""
        if settings == self.settings:
            return
        logger.info("mapping %s: %s", settings.mapping_id, "settings changed" if settings.enabled else "disabled")
        self.settings = settings
        for worker in self._workers.values():
            worker.change(settings)

    def step(self, stored: MappingLeases | None, now_ms: int) -> None:
        """Do what is due. Raises botocore's errors of the state table; the stream's become the mapping's problem.

        Args:
            stored: what was just read of the state table; None: nothing new.
            now_ms: the time.

        """
        if stored is not None:
            self.seen_table = True
            self._readable = not stored.unreadable
            self._leases.seen(stored.leases, now_ms)
            if stored.unreadable:
                self._say(stored.unreadable)
        if not (self._readable and self.seen_table):
            self._drop_all()
            return
        self._keep(now_ms)
        if not self.settings.enabled:
            self._say("")
        elif now_ms >= self._begin_ms:
            if now_ms >= self._describe_ms:
                self._describe(now_ms)
            self._begin(now_ms)

    def drop_lost(self, now_ms: int) -> None:
        """Stop reading what another runner may have taken meanwhile: the leases could not be renewed in time."""
        for shard_id in list(self._workers):
            if not self._leases.holds(shard_id, now_ms):
                logger.warning("mapping %s: the lease of %s was lost", self.settings.mapping_id, shard_id)
                self._drop(shard_id)

    def end(self, now_ms: int) -> None:
        """Stop at once and leave the shards to others, with the last checkpoints. Raises botocore's errors."""
        for shard_id, worker in list(self._workers.items()):
            worker.drop()
            self._leases.give_up(shard_id, worker.position, now_ms)
        self._workers.clear()

    def delete(self) -> None:
        """The mapping is no more: stop at once and forget its positions. Raises botocore's errors."""
        self._drop_all()
        self._ports.table.forget_mapping(self.settings.mapping_id, self._leases.leases)

    def _keep(self, now_ms: int) -> None:
        """Write checkpoints, renew leases, let go what ended."""
        self.drop_lost(now_ms)
        for shard_id, worker in list(self._workers.items()):
            if worker.finished or worker.crash or (worker.quiet and not self.settings.enabled):
                self._result = f"PROBLEM: {worker.crash}" if worker.crash else worker.result or self._result
                self._describe_ms = 0
                self._begin_ms = now_ms + AGAIN_MS if worker.crash else 0
                self._drop(shard_id)
                self._leases.give_up(shard_id, worker.position, now_ms)
            else:
                self._leases.keep(shard_id, worker.position, now_ms)

    def _describe(self, now_ms: int) -> None:
        try:
            stream = self._ports.shards.describe(self.settings.stream_arn)
        except CALL_ERRORS as error:
            gone = code_of(error) == NOT_FOUND
            self._say(f"Stream not found: {self.settings.stream_arn}" if gone else cause_of(error))
            self._describe_ms = now_ms + AGAIN_MS
            return
        self._shards = stream.shards
        done = stream.disabled and not self._workers and not readable(self._shards, self._leases.positions)
        self._say(STREAM_ENDED if done and self._leases.positions else "")
        self._describe_ms = now_ms + DESCRIBE_EVERY_MS
        self._leases.forget(
            [
                shard_id
                for shard_id in forgettable(self._shards, self._leases.positions)
                if shard_id not in self._workers
            ]
        )

    def _begin(self, now_ms: int) -> None:
        """Give new shards their beginnings, take leases, start workers."""
        settings = self.settings
        new = beginnings(self._shards, self._leases.positions, settings.starting_position, now_ms)
        if new:
            self._leases.begin(new, now_ms)
        for lease in self._leases.take(readable(self._shards, self._leases.positions), now_ms):
            logger.info("mapping %s: reads %s", settings.mapping_id, lease.shard_id)
            worker = self._ports.new_worker(settings, lease.shard_id, lease.position)
            self._workers[lease.shard_id] = worker
            worker.start()

    def _drop(self, shard_id: str) -> None:
        self._workers.pop(shard_id).drop()

    def _drop_all(self) -> None:
        for shard_id in list(self._workers):
            self._drop(shard_id)

    def _say(self, problem: str) -> None:
        if problem and problem != self.problem:
            logger.warning("mapping %s: %s", self.settings.mapping_id, problem)
        self.problem = problem
