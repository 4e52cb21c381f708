"""What a runner knows, as values: for its page, for `fanout-local mappings`, and for LocalStack."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from fanout_local.event_source_mapping.position import text_of
from fanout_local.event_source_mapping.report import MappingReport, fingerprint
from fanout_local.event_source_mapping.runner.mapping_worker import MappingWorker
from fanout_local.event_source_mapping.runner.runner import Runner


def page(runner: Runner, owner: str) -> dict[str, Any]:
    """Return what the runner's page tells, ready for JSON."""
    mappings = [_mapping(worker, owner, runner.problem) for worker in runner.workers.values()]
    mappings += [
        {
            "mapping": listed.mapping_id,
            "function": _name(listed.function_arn),
            "table": _table(listed.stream_arn),
            "state": "Invalid",
            "result": f"PROBLEM: {listed.problem}",
            "shards": [],
        }
        for listed in runner.invalid.values()
    ]
    return {"runner": owner, "problem": runner.problem, "mappings": mappings}


def reports(runner: Runner) -> dict[str, dict[str, object]]:
    """Return what LocalStack is told, ready for JSON."""
    return {
        mapping_id: asdict(
            MappingReport(
                fingerprint=fingerprint(worker.settings),
                enabled=worker.settings.enabled,
                settled=worker.settled or bool(runner.problem),
                result=_result(worker, runner.problem),
            )
        )
        for mapping_id, worker in runner.workers.items()
    }


def _mapping(worker: MappingWorker, owner: str, problem: str) -> dict[str, Any]:
    settings = worker.settings
    word = ("Enabled", "Enabling") if settings.enabled else ("Disabled", "Disabling")
    return {
        "mapping": settings.mapping_id,
        "function": _name(settings.function_arn),
        "table": _table(settings.stream_arn),
        "state": word[0] if worker.settled else word[1],
        "result": _result(worker, problem) or "No records processed",
        "shards": list(_shards(worker, owner)),
    }


def _shards(worker: MappingWorker, owner: str) -> Iterator[dict[str, Any]]:
    for shard_id, lease in worker.leases.items():
        mine = worker.workers.get(shard_id)
        yield {
            "shard": shard_id,
            "owner": "this runner" if lease.owner == owner else lease.owner or "",
            "position": text_of(lease.position if mine is None else mine.position),
            "age_ms": None if mine is None else mine.age_ms,
            "held": None if mine is None else mine.view.held_records,
            "invoking": None if mine is None else mine.view.busy_lanes,
            "retries": None if mine is None else mine.view.failures,
        }


def _result(worker: MappingWorker, problem: str) -> str | None:
    return f"PROBLEM: {problem}" if problem else worker.result


def _name(function_arn: str) -> str:
    return ":".join(function_arn.split(":")[6:]) or function_arn


def _table(stream_arn: str) -> str:
    return stream_arn.partition(":table/")[2].partition("/stream/")[0] or stream_arn
