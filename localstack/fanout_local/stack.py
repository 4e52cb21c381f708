"""The whole local stack as one thing: for the command line, the tests and the demonstration alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fanout_local.engines.dynamodb import dynamodb
from fanout_local.engines.engine import Engine
from fanout_local.engines.localstack import localstack
from fanout_local.engines.mappings import mappings
from fanout_local.engines.opensearch import opensearch
from fanout_local.engines.websocket import websocket
from fanout_local.errors import AlreadyRunningError
from fanout_local.instance_files import make_ready
from fanout_local.left_overs import end_left_overs
from fanout_local.lock import InstanceLock, holder
from fanout_local.paths import Installation, InstanceFolder, installation, instance_folder
from fanout_local.ports import Ports, PortWishes, choose_ports
from fanout_local.reporter import Reporter, SilentReporter
from fanout_local.state import Endpoints, StackState
from fanout_local.supervisor import Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class StackOptions:
    """What may be chosen for a stack.

    fresh: throw away tables and indexes of an earlier run first. LocalStack's part is always new.
    local: the `.local` folder, when not this checkout's.
    """

    instance: str = "dev"
    fresh: bool = False
    ports: PortWishes = field(default_factory=PortWishes)
    local: Path | None = None


@contextmanager
def running_stack(
    *, instance: str = "test", fresh: bool = True, reporter: Reporter | None = None
) -> Iterator[StackState]:
    """A stack that runs for as long as the block, and is stopped whatever happens in it.

    An engine that dies meanwhile is not started again; the block's own calls will fail. Call it from a thread that
    outlives the block (the main one). Raises LocalStackError when the stack does not start.
    """
    options = StackOptions(instance=instance, fresh=fresh)
    with supervised_stack(options, reporter or SilentReporter()) as (_, state):
        yield state


@contextmanager
def supervised_stack(options: StackOptions, reporter: Reporter) -> Iterator[tuple[Supervisor, StackState]]:
    """As `running_stack`, with the supervisor to `watch`.

    Raises AlreadyRunningError when this instance runs, LocalStackError when it does not start.
    """
    folder = instance_folder(options.instance, options.local)
    lock = InstanceLock.try_acquire(folder.lock)
    if lock is None:
        raise _already_running(folder)
    try:
        for left_over in end_left_overs(folder):
            reporter.trouble(f"Ended process {left_over}, left over from an earlier run.")
        make_ready(folder, fresh=options.fresh)
        ports = choose_ports(options.ports)
        supervisor = Supervisor(
            folder=folder,
            engines=build_engines(folder, installation(), ports),
            endpoints=endpoints(ports),
            reporter=reporter,
        )
        try:
            reporter.step(f"Starting the local stack {folder.name!r}{' afresh' if options.fresh else ''}")
            yield supervisor, supervisor.start()
        finally:
            supervisor.stop()
    finally:
        lock.release()


def build_engines(folder: InstanceFolder, installed: Installation, ports: Ports) -> tuple[Engine, ...]:
    """The five engines of an instance; the slowest to start is first."""
    return (
        opensearch(installed, data=folder.data, port=ports.opensearch),
        localstack(
            installed, data=folder.data, functions=folder.functions, port=ports.aws, dynamodb_port=ports.dynamodb
        ),
        dynamodb(installed, data=folder.data, port=ports.dynamodb),
        websocket(logs=folder.logs, port=ports.websocket, aws_port=ports.aws),
        mappings(logs=folder.logs, port=ports.mappings, aws_port=ports.aws, dynamodb_port=ports.dynamodb),
    )


def endpoints(ports: Ports) -> Endpoints:
    """The addresses at these ports."""
    return Endpoints(
        aws=f"http://127.0.0.1:{ports.aws}",
        dynamodb=f"http://127.0.0.1:{ports.dynamodb}",
        opensearch=f"http://127.0.0.1:{ports.opensearch}",
        websocket=f"ws://127.0.0.1:{ports.websocket}",
        websocket_management=f"http://127.0.0.1:{ports.websocket}",
    )


def refuse_second(folder: InstanceFolder) -> None:
    """Raise AlreadyRunningError when this instance starts, runs or stops now."""
    lock = InstanceLock.try_acquire(folder.lock)
    if lock is None:
        raise _already_running(folder)
    lock.release()


def _already_running(folder: InstanceFolder) -> AlreadyRunningError:
    supervisor = holder(folder.lock)
    return AlreadyRunningError(
        f"The local stack {folder.name!r} runs already{f' (process {supervisor.pid})' if supervisor else ''}.",
        remedy=f"See `fanout-local status --instance {folder.name}`, stop it with `fanout-local down --instance "
        f"{folder.name}`, or name another instance.",
    )
