"""`fanout-local`: start, stop and look at the local stack."""

import json
import sys
from contextlib import suppress
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from fanout_local.console import ConsoleReporter, endpoint_lines, print_error
from fanout_local.detach import start_detached
from fanout_local.errors import LocalStackError, NoStackError
from fanout_local.log_tail import LogFollower, choose_logs, last_lines
from fanout_local.mappings_table import ask, show
from fanout_local.paths import instance_folder
from fanout_local.ports import PortWishes
from fanout_local.shutdown import stop_stack
from fanout_local.signals import signals_interrupt
from fanout_local.stack import StackOptions, refuse_second, supervised_stack
from fanout_local.state import StackState, read_state_of
from fanout_local.status import EngineStatus, engine_statuses, starting_supervisor

EXIT_NOT_RUNNING = 3
PORT = click.IntRange(1, 65535)

instance_option = click.option("--instance", default="dev", show_default=True, help="Which stack of this checkout.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Fanout's local stack: DynamoDB Local, OpenSearch, LocalStack, event source mappings and the WebSocket gateway."""


@cli.command()
@instance_option
@click.option("--detach", is_flag=True, help="Return when all is healthy; the stack runs on until `down`.")
@click.option("--fresh", is_flag=True, help="Throw away tables and indexes of an earlier run.")
@click.option("--port-aws", type=PORT, help="LocalStack (default: a free port).")
@click.option("--port-dynamodb", type=PORT, help="DynamoDB Local.")
@click.option("--port-opensearch", type=PORT, help="OpenSearch.")
@click.option("--port-websocket", type=PORT, help="WebSocket gateway.")
@click.option("--port-mappings", type=PORT, help="Event source mappings' page.")
def up(  # noqa: PLR0913 (one a command line option)
    *,
    instance: str,
    detach: bool,
    fresh: bool,
    port_aws: int | None,
    port_dynamodb: int | None,
    port_opensearch: int | None,
    port_websocket: int | None,
    port_mappings: int | None,
) -> None:
    """Start the stack; without --detach it runs until Ctrl-C."""
    console = Console()
    if detach:
        folder = instance_folder(instance)
        refuse_second(folder)
        arguments = [argument for argument in sys.argv[sys.argv.index("up") + 1 :] if argument != "--detach"]
        sys.exit(start_detached(folder, arguments, lambda line: console.print(line, markup=False, highlight=False)))
    wishes = PortWishes(
        aws=port_aws,
        dynamodb=port_dynamodb,
        opensearch=port_opensearch,
        websocket=port_websocket,
        mappings=port_mappings,
    )
    options = StackOptions(instance=instance, fresh=fresh, ports=wishes)
    with signals_interrupt():
        try:
            with supervised_stack(options, ConsoleReporter(console)) as (supervisor, _):
                way = "Ctrl-C, or " if console.is_terminal else ""
                command = f"fanout-local down --instance {instance}"
                console.print(f"To stop it: {way}{command}", highlight=False, soft_wrap=True)
                supervisor.watch()
        except KeyboardInterrupt:
            console.print("Stopped.")


@cli.command()
@instance_option
def down(*, instance: str) -> None:
    """Stop the stack, and end whatever an earlier run left behind. Tables and indexes are kept."""
    console = Console()
    anything = stop_stack(instance_folder(instance), ConsoleReporter(console))
    console.print(
        "Stopped." if anything else f"The local stack {instance!r} does not run.", highlight=False, soft_wrap=True
    )


@cli.command()
@instance_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(*, instance: str, as_json: bool) -> None:
    """Say how the stack is. Exit code 0: healthy, 1: an engine is not, 3: it does not run."""
    console = Console()
    folder = instance_folder(instance)
    try:
        state = read_state_of(folder)
    except NoStackError as error:
        supervisor = starting_supervisor(folder)
        word = "starting" if supervisor else "down"
        if as_json:
            click.echo(json.dumps({"instance": instance, "status": word}))
        elif supervisor:
            console.print(f"The local stack {instance!r} starts or stops now (process {supervisor.pid}).")
        else:
            print_error(console, error)
        sys.exit(EXIT_NOT_RUNNING)
    engines = engine_statuses(state)
    healthy = all(engine.healthy for engine in engines)
    if as_json:
        word = "healthy" if healthy else "unhealthy"
        found = {"status": word, **asdict(state), "engines": {engine.name: asdict(engine) for engine in engines}}
        click.echo(json.dumps(found, indent=2))
    else:
        _print_status(console, state, engines)
    sys.exit(0 if healthy else 1)


@cli.command()
@instance_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--once", is_flag=True, help="Print the table once, even to a terminal.")
def mappings(*, instance: str, as_json: bool, once: bool) -> None:
    """Show how far each event source mapping of a DynamoDB stream is; in a terminal, until Ctrl-C."""
    console = Console()
    state = read_state_of(instance_folder(instance))
    if as_json:
        click.echo(json.dumps(ask(state), indent=2))
        return
    with suppress(KeyboardInterrupt):
        show(console, state, refresh=console.is_terminal and not once)


@cli.command()
@click.argument("name", required=False)
@instance_option
@click.option("--follow", "-f", is_flag=True, help="Go on with what is added.")
@click.option("--lines", "-n", default=20, show_default=True, type=click.IntRange(0), help="Of each log.")
def logs(*, name: str | None, instance: str, follow: bool, lines: int) -> None:
    """Print the end of all logs, or of the one called NAME."""
    folder = instance_folder(instance)
    chosen = choose_logs(folder, name)
    follower = LogFollower(lambda: choose_logs(folder, name))
    width = max(len(log.stem) for log in chosen)
    try:
        for log_name, line in last_lines(chosen, lines):
            click.echo(line if name else f"{log_name:<{width}} | {line}")
        if follow:
            for log_name, line in follower.follow():
                click.echo(line if name else f"{log_name:<{width}} | {line}")
    except KeyboardInterrupt:
        sys.exit(0)


def main() -> None:
    """The console script."""
    try:
        cli()
    except LocalStackError as error:
        print_error(Console(stderr=True), error)
        sys.exit(1)


def _print_status(console: Console, state: StackState, engines: list[EngineStatus]) -> None:
    table = Table("engine", "state", "pid", "port", "memory", "ready after", "restarts")
    for engine in engines:
        word = "[green]healthy[/]" if engine.healthy else "[red]does not answer[/]" if engine.alive else "[red]ended[/]"
        table.add_row(
            engine.name,
            word,
            str(engine.pid),
            str(engine.port),
            f"{engine.memory_bytes / 1e6:.0f} MB",
            f"{engine.ready_after_s:.1f} s",
            str(engine.restarts),
        )
    console.print(f"Local stack {state.instance!r}, supervisor {state.supervisor.pid}", highlight=False, soft_wrap=True)
    console.print(table)
    for name, address in endpoint_lines(state):
        console.print(f"  {name:<14}{address}", highlight=False, soft_wrap=True)


if __name__ == "__main__":
    main()
