"""What the command line prints of a stack's progress."""

from rich.console import Console
from rich.markup import escape

from fanout_local.errors import LocalStackError
from fanout_local.state import StackState


class ConsoleReporter:
    """A line for each thing that happens."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def step(self, message: str) -> None:
        """Something was begun or done."""
        self._console.print(escape(message), soft_wrap=True)

    def engine_ready(self, title: str, seconds: float) -> None:
        """An engine became healthy."""
        self._console.print(f"  [green]✓[/] {title:<20}{seconds:6.1f} s")

    def trouble(self, message: str) -> None:
        """Something went wrong and was dealt with."""
        self._console.print(f"  [yellow]![/] {escape(message)}")

    def stack_ready(self, state: StackState, seconds: float) -> None:
        """The endpoints."""
        self._console.print(f"Ready in {seconds:.1f} s:")
        for name, address in endpoint_lines(state):
            self._console.print(f"  {name:<14}{address}", highlight=False, soft_wrap=True)


def endpoint_lines(state: StackState) -> list[tuple[str, str]]:
    """A name for people and the address, for each endpoint."""
    endpoints = state.endpoints
    return [
        ("AWS", endpoints.aws),
        ("DynamoDB", endpoints.dynamodb),
        ("OpenSearch", endpoints.opensearch),
        ("WebSocket", endpoints.websocket),
    ]


def print_error(console: Console, error: LocalStackError) -> None:
    """Cause, detail, remedy."""
    console.print(f"[bold red]{escape(error.cause)}[/]", highlight=False, soft_wrap=True)
    if error.detail:
        console.print(escape(error.detail), style="dim", highlight=False, soft_wrap=True)
    if error.remedy:
        console.print(escape(error.remedy), highlight=False, soft_wrap=True)
