"""The table one watches while people write; a short line every few seconds where there is no terminal."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table

from demonstration.latency import ConsumerFigures

PLAIN_EVERY_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """How things stand at one moment."""

    elapsed_s: float
    written: int
    to_write: int
    changes: int
    consumers: Sequence[ConsumerFigures]


class Show(Protocol):
    """Shows a moment."""

    def __call__(self, moment: Moment) -> None:
        """Show it, replacing the one before where that can be done."""
        ...


@contextmanager
def live_table(console: Console) -> Iterator[Show]:
    """Show moments until the block ends."""
    if not console.is_terminal:
        yield _PlainLines(console)
        return
    with Live(console=console, auto_refresh=False) as live:
        yield lambda moment: live.update(table(moment), refresh=True)


class _PlainLines:
    """Prints a line, and not again for some seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next_at = time.monotonic() + PLAIN_EVERY_S

    def __call__(self, moment: Moment) -> None:
        if time.monotonic() >= self._next_at:
            self._next_at += PLAIN_EVERY_S
            self._console.print(line(moment), highlight=False, soft_wrap=True)


def table(moment: Moment) -> Table:
    """Return the whole table."""
    shown = Table(title=_progress(moment), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    shown.add_column("consumer")
    for heading in ("delivered", "pending", "errors", "p50", "p95"):
        shown.add_column(heading, justify="right", min_width=7)
    for it in moment.consumers:
        shown.add_row(
            title_of(it.consumer),
            str(it.delivered + it.skipped),
            str(it.pending),
            errors(it),
            milliseconds(it.p50_ms),
            milliseconds(it.p95_ms),
        )
    return shown


def line(moment: Moment) -> str:
    """Return the table as one line."""
    parts = [
        f"{title_of(it.consumer)} {it.delivered + it.skipped}"
        + (f" ({it.pending} pending)" if it.pending else "")
        + (f" ({errors(it)} errors)" if it.parked or it.dead_lettered else "")
        for it in moment.consumers
    ]
    return f"  {_progress(moment)}; delivered: {', '.join(parts)}"


def title_of(consumer: str) -> str:
    """Return a consumer's name for people."""
    return consumer.replace("_", " ")


def errors(it: ConsumerFigures) -> str:
    """Return what went wrong at a consumer: parked changes come later, dead letters wait for a person."""
    said = [f"{count} {name}" for count, name in ((it.parked, "parked"), (it.dead_lettered, "dead")) if count]
    return ", ".join(said) or "0"


def milliseconds(value: int | None) -> str:
    """Return a duration for people."""
    return "-" if value is None else f"{value} ms"


def _progress(moment: Moment) -> str:
    written = f"{moment.elapsed_s:4.0f} s: {moment.written} of {moment.to_write} writes"
    return f"{written}, {moment.changes} changes in the stream"
