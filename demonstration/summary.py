"""The report as tables that a person understands."""

from collections.abc import Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demonstration.counted import counted
from demonstration.latency import GOAL_P95_MS
from demonstration.live_table import errors, milliseconds, title_of
from demonstration.report import GOAL_MEMORY_BYTES, GOAL_VERIFIED_S, GOAL_WHOLE_S, Report

MOST_EXAMPLES = 5
YES, NO = "[green]✔[/green]", "[red]✘[/red]"


def print_summary(report: Report, console: Console) -> None:
    """Print what arrived and how fast, what was checked, and what differs."""
    for table in (_deliveries(report), _checks(report)):
        console.print()
        console.print(table)
    for line in _differences(report):
        console.print(line, highlight=False, soft_wrap=True)
    for complaint in report.complaints:
        console.print(f"  logged by {escape(complaint)}", highlight=False, soft_wrap=True)
    console.print()
    if report.verified:
        console.print(
            f"[bold green]VERIFIED[/bold green]: all {counted(report.changes, 'change')} of "
            f"{counted(report.documents, 'document')} ({report.about}) reached every consumer.",
            highlight=False,
        )
    else:
        console.print("[bold red]NOT VERIFIED[/bold red]: what differs is listed above.", highlight=False)
    for met, said in (
        (report.verified_after_s <= GOAL_VERIFIED_S, f"checked {report.verified_after_s:.1f} s after the last write"),
        (report.whole_s <= GOAL_WHOLE_S, f"{report.whole_s:.0f} s in all"),
        (report.memory_bytes <= GOAL_MEMORY_BYTES, f"the stack used {report.memory_bytes / 1e9:.1f} GB of memory"),
    ):
        console.print(f"{_mark(met)} {said}", highlight=False)


def _deliveries(report: Report) -> Table:
    table = _table(f"{report.writes} writes, {report.changes} changes; time from write to sink")
    table.add_column("consumer")
    for heading in ("delivered", "skipped", "errors", "retried", "repeats", "p50", "p95"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(f"< {GOAL_P95_MS} ms")
    repeats = {check.title: check.repeats for check in report.checks if check.repeats is not None}
    for it in report.consumers:
        table.add_row(
            title_of(it.consumer),
            str(it.delivered),
            str(it.skipped),
            errors(it),
            str(it.retried),
            str(repeats.get(title_of(it.consumer), "-")),
            milliseconds(it.p50_ms),
            milliseconds(it.p95_ms),
            _mark(it.fast_enough),
        )
    for client in report.clients:
        table.add_row(
            f"  {client.name}",
            str(client.frames),
            "",
            f"{client.late} late" if client.late else "",
            "",
            str(client.repeated),
            milliseconds(client.p50_ms),
            milliseconds(client.p95_ms),
            "",
        )
    return table


def _checks(report: Report) -> Table:
    table = _table("Checked from the outside")
    table.add_column("")
    table.add_column("what", no_wrap=True)
    table.add_column("answer")
    for check in report.checks:
        answer = check.verified if check.ok else f"{len(check.differences)} differences"
        table.add_row(_mark(check.ok), check.title, escape(answer))
    return table


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1), pad_edge=False)


def _differences(report: Report) -> Iterator[str]:
    for check in report.checks:
        for difference in check.differences[:MOST_EXAMPLES]:
            yield f"{NO} {check.title}: {escape(difference)}"
        if len(check.differences) > MOST_EXAMPLES:
            yield f"  {check.title}: and {len(check.differences) - MOST_EXAMPLES} more"


def _mark(good: bool) -> str:  # noqa: FBT001 - a mark says yes or no
    return YES if good else NO
