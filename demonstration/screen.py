"""What the demonstration prints: a line a step with its seconds, and tables that stay readable in a log file."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console

PLAIN_WIDTH = 110


def screen_console() -> Console:
    """Return standard output; where it is no terminal, wide enough for the tables."""
    console = Console()
    return console if console.is_terminal else Console(width=PLAIN_WIDTH)


class Screen:
    """A terminal, or whatever standard output is.

    Attributes:
        seconds: title of each step -> how long it took.

    """

    def __init__(self, console: Console) -> None:
        """Print to this console."""
        self.console = console
        self.seconds: dict[str, float] = {}
        self._began_at = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        """Seconds since the screen was made."""
        return time.monotonic() - self._began_at

    @contextmanager
    def step(self, title: str, *, spinner: bool = True) -> Iterator[None]:
        """Run a step; print its line when it is done, or that it failed. A step that shows more takes no spinner."""
        began_at = time.monotonic()
        try:
            with self.console.status(title) if spinner else nullcontext():
                yield
        except BaseException:
            self._line("[red]✘[/red]", title, time.monotonic() - began_at)
            raise
        self.seconds[title] = time.monotonic() - began_at
        self._line("[green]✔[/green]", title, self.seconds[title])

    def say(self, text: str) -> None:
        """Print a line."""
        self.console.print(text, highlight=False)

    def _line(self, mark: str, title: str, seconds: float) -> None:
        self.console.print(f"{mark} {title:<64} {seconds:6.1f} s", highlight=False, soft_wrap=True)
