"""The report as tables that a person understands."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demonstration.latency import GOAL_P95_MS
from demonstration.live_table import errors, milliseconds
from demonstration.report import GOAL_VERIFIED_S, GOAL_WHOLE_S, Report

MOST_EXAMPLES = 5
YES, NO = "[green]✔[/green]", "[red]✘[/red]"


def print_summary(report: Report, console: Console) -> None:
    """Print what arrived and how fast, what was checked, and what differs."""
    console.print()
    console.print(_deliveries(report))
    console.print()
    console.print(_checks(report))
    for line in _differences(report):
        console.print(line, highlight=False, soft_wrap=True)
    console.print()
    if report.verified:
        console.print(
            f"[bold green]VERIFIED[/bold green] {report.changes} changes of {report.documents} documents "
            f"({report.about}) reached every consumer.",
            highlight=False,
        )
    else:
        console.print("[bold red]NOT VERIFIED[/bold red]: what differs is listed above.", highlight=False)
    console.print(
        f"{_mark(report.verified_after_s <= GOAL_VERIFIED_S)} checked {report.verified_after_s:.1f} s after the last "
        f"write (goal {GOAL_VERIFIED_S:.0f} s), {_mark(report.whole_s <= GOAL_WHOLE_S)} {report.whole_s:.0f} s in all "
        f"(goal {GOAL_WHOLE_S:.0f} s), the stack's memory {report.memory_bytes / 1e9:.1f} GB",
        highlight=False,
    )


def _deliveries(report: Report) -> Table:
    table = Table(title=f"{report.writes} writes, {report.changes} changes", title_justify="left", title_style="bold")
    table.add_column("consumer")
    for heading in ("delivered", "skipped", "errors", "repeats", "p50", "p95"):
        table.add_column(heading, justify="right")
    table.add_column(f"p95 under {GOAL_P95_MS / 1000:.1f} s")
    repeats = {check.title: check.repeats for check in report.checks}
    for it in report.consumers:
        table.add_row(
            it.consumer,
            str(it.delivered),
            str(it.skipped),
            errors(it),
            str(repeats.get(it.consumer.replace("_", " "), "-")),
            milliseconds(it.p50_ms),
            milliseconds(it.p95_ms),
            _mark(it.fast_enough),
        )
    for client in report.clients:
        table.add_row(
            f"  {client.name}, frames received",
            str(client.frames),
            "",
            "",
            f"{client.repeated} + {client.late} late",
            milliseconds(client.p50_ms),
            milliseconds(client.p95_ms),
            "",
        )
    return table


def _checks(report: Report) -> Table:
    table = Table(title="Checked from the outside", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column("what")
    table.add_column("answer")
    for check in report.checks:
        answer = check.verified if check.ok else f"{len(check.differences)} differences"
        table.add_row(_mark(check.ok), check.title, escape(answer))
    return table


def _differences(report: Report) -> Iterator[str]:
    for check in report.checks:
        for difference in check.differences[:MOST_EXAMPLES]:
            yield f"{NO} {check.title}: {escape(difference)}"
        if len(check.differences) > MOST_EXAMPLES:
            yield f"  {check.title}: and {len(check.differences) - MOST_EXAMPLES} more"


def _mark(good: bool) -> str:  # noqa: FBT001 - a mark says yes or no
    return YES if good else NO
