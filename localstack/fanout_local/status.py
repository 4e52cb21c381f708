"""How a running stack is right now."""

from dataclasses import dataclass

import psutil

from fanout_local.engine_process import answers
from fanout_local.engines import dynamodb, localstack, mappings, opensearch, websocket
from fanout_local.lock import InstanceLock, holder
from fanout_local.paths import InstanceFolder
from fanout_local.process_identity import ProcessIdentity
from fanout_local.state import EngineState, StackState

HEALTH_PATHS = {
    dynamodb.NAME: dynamodb.HEALTH_PATH,
    localstack.NAME: localstack.HEALTH_PATH,
    opensearch.NAME: opensearch.HEALTH_PATH,
    websocket.NAME: websocket.HEALTH_PATH,
    mappings.NAME: mappings.HEALTH_PATH,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """One engine now. `memory_bytes` counts what it started too (LocalStack's functions)."""

    name: str
    pid: int
    port: int
    alive: bool
    healthy: bool
    memory_bytes: int
    ready_after_s: float
    restarts: int


def engine_statuses(state: StackState) -> list[EngineStatus]:
    """Each engine, asked now."""
    return [_engine_status(name, engine) for name, engine in sorted(state.processes.items())]


def starting_supervisor(folder: InstanceFolder) -> ProcessIdentity | None:
    """The process that holds the instance's lock: a stack that starts, runs or stops; None when there is none."""
    if not folder.lock.exists():
        return None
    lock = InstanceLock.try_acquire(folder.lock)
    if lock is not None:
        lock.release()
        return None
    return holder(folder.lock)


def _engine_status(name: str, engine: EngineState) -> EngineStatus:
    alive = engine.process.is_alive()
    return EngineStatus(
        name=name,
        pid=engine.process.pid,
        port=engine.port,
        alive=alive,
        healthy=alive and answers(engine.port, HEALTH_PATHS[name], any_answer=name == dynamodb.NAME),
        memory_bytes=_memory_bytes(engine.process.pid) if alive else 0,
        ready_after_s=engine.ready_after_s,
        restarts=engine.restarts,
    )


def _memory_bytes(pid: int) -> int:
    total = 0
    try:
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            total += one.memory_info().rss
    except psutil.Error:
        pass
    return total
