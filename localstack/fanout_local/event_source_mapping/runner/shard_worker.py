"""Carries out what one shard's state machine commands: a thread for the machine, a few for what takes time."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from fanout_local.event_source_mapping.commands import (
    Checkpoint,
    Command,
    Finished,
    Invoke,
    Measured,
    Metric,
    ProcessingResult,
    Quiet,
    Read,
    SendToDestination,
    WaitUntil,
)
from fanout_local.event_source_mapping.happenings import Happening, SettingsChanged, TimePassed
from fanout_local.event_source_mapping.position import Position
from fanout_local.event_source_mapping.runner.destinations import Destinations
from fanout_local.event_source_mapping.runner.invoker import Invoker
from fanout_local.event_source_mapping.runner.measures import Measures
from fanout_local.event_source_mapping.runner.stream_reader import ShardReader
from fanout_local.event_source_mapping.settings import MappingSettings
from fanout_local.event_source_mapping.shard import Shard

logger = logging.getLogger(__name__)

MOST_LANES = 10
MOST_CALLS_AT_ONCE = 2 * MOST_LANES + 1
"""An invocation and a delivery a lane, and the read."""
LONGEST_TURN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all shard workers of a runner share."""

    invoke: Invoker
    destinations: Destinations
    measures: Measures
    wake: Callable[[], None]
    """Called when there is something that the mapping should look at: the end, a problem, a disabled shard at rest."""


@dataclass(frozen=True, slots=True)
class _Crashed:
    cause: str


class ShardWorker:
    """Runs from `start` until `drop`, or until the shard is at its end. Its properties may be read by any thread."""

    def __init__(
        self,
        *,
        settings: MappingSettings,
        shard: Shard,
        reader: ShardReader,
        position: Position,
        surroundings: Surroundings,
    ) -> None:
        """`shard` must not have been told anything yet; `position` is where it begins."""
        self._settings = settings
        self._shard = shard
        self._reader = reader
        self._surroundings = surroundings
        self._inbox: queue.SimpleQueue[Happening | _Crashed | None] = queue.SimpleQueue()
        self._calls = ThreadPoolExecutor(max_workers=MOST_CALLS_AT_ONCE)
        self._wake_ms: int | None = None
        self._dropped = False
        self.position: Position = position
        """All up to here is done."""
        self.finished = False
        """The shard is at its end and all of it is done."""
        self.quiet = False
        """The mapping is disabled and nothing is under way any more."""
        self.crash = ""
        """A fault of this program that ended the worker; its shard can be begun again at the checkpoint."""
        self.result: str | None = None
        """LastProcessingResult, once there is one."""
        self.age_ms: int | None = None
        """IteratorAge at the last invocation."""
        self.view = shard.view
        """How the shard stands."""

    def start(self) -> None:
        """Begin to read."""
        threading.Thread(target=self._run, name="shard", daemon=True).start()

    def change(self, settings: MappingSettings) -> None:
        """Tell the shard of changed settings."""
        self._inbox.put(SettingsChanged(settings=settings))

    def drop(self) -> None:
        """Stop at once, without waiting: what is under way is sent again by whoever reads the shard next."""
        self._dropped = True
        self._inbox.put(None)
        self._calls.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        try:
            self._handle(TimePassed())
            while not (self._dropped or self.finished):
                happening = self._next()
                if isinstance(happening, _Crashed):
                    self._end(happening.cause)
                    return
                if happening is not None:
                    self._handle(happening)
        except Exception as error:
            # The other shards go on; this one is begun again at its checkpoint.
            logger.exception("shard's worker failed")
            self._end(f"{type(error).__name__}: {error}")

    def _end(self, cause: str) -> None:
        self.crash = cause
        self._surroundings.wake()

    def _next(self) -> Happening | _Crashed | None:
        wait_s = LONGEST_TURN_S
        if self._wake_ms is not None:
            wait_s = min(wait_s, max(0.0, self._wake_ms / 1000 - time.time()))
        try:
            return self._inbox.get(timeout=wait_s)
        except queue.Empty:
            return TimePassed()

    def _handle(self, happening: Happening) -> None:
        now_ms = _now_ms()
        if self._wake_ms is not None and now_ms >= self._wake_ms:
            self._wake_ms = None
        if isinstance(happening, SettingsChanged):
            self._settings = happening.settings
            self.quiet = False
        for command in self._shard.handle(happening, now_ms):
            self._carry_out(command)
        self.view = self._shard.view

    def _carry_out(self, command: Command) -> None:  # noqa: C901 (one branch a command)
        around, settings = self._surroundings, self._settings
        match command:
            case Read():
                self._call(lambda: self._reader.read(command))
            case Invoke():
                self._call(lambda: around.invoke(settings.function_arn, command))
            case SendToDestination():
                self._call(lambda: around.destinations(settings.mapping_id, command))
            case WaitUntil(at_ms=at_ms):
                self._wake_ms = at_ms
            case Checkpoint(position=position):
                self.position = position
            case Measured():
                if command.metric is Metric.ITERATOR_AGE:
                    self.age_ms = command.value
                around.measures.add(settings, command)
            case ProcessingResult(text=text):
                self.result = text
                around.wake()
            case Finished():
                self.finished = True
                around.wake()
            case Quiet():
                self.quiet = True
                around.wake()

    def _call(self, call: Callable[[], Happening]) -> None:
        """Run what takes time in another thread; its answer comes by the inbox."""

        def answer() -> None:
            try:
                self._inbox.put(call())
            except Exception as error:
                # Every failure that can be foreseen is an outcome; without an answer the machine would wait for ever.
                logger.exception("call failed")
                self._inbox.put(_Crashed(f"{type(error).__name__}: {error}"))

        if not self._dropped:
            self._calls.submit(answer)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
