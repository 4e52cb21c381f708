"""Commands for people: the index and searching it."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from consumers.search_index.audit import AuditReport
from consumers.search_index.backfill import RateLimit
from consumers.search_index.index import IndexStatus, create_index, index_statuses, live_index
from consumers.search_index.progress import bar, run_segments
from consumers.search_index.purge import purge_tombstones
from consumers.search_index.reading import require_reading
from consumers.search_index.reindex import Reindex
from consumers.search_index.repair import KeyToMend
from consumers.search_index.search import search as find
from consumers.search_index.stage import StageIndex, stage_index, told_plainly
from deployment.outputs import stage_options
from stream_processor.adapters.threads import SystemClock
from stream_processor.deadline import Deadline
from stream_processor.errors import FanoutError
from stream_processor.outcome import Delivered

CLOCK = SystemClock()
HOURS_S = 48 * 3600.0
KEYS_SHOWN = 50
SEGMENTS = click.option(
    "--segments", default=4, show_default=True, type=click.IntRange(1, 64), help="Of the table, scanned at once."
)
RATE = click.option(
    "--rate", type=click.FloatRange(1), help="Read units a second that the scan may use (default: all)."
)


@click.group()
def index() -> None:
    """The search index: make it, fill it, compare it with the table, give it a new mapping."""


@index.command()
@stage_options
def create(stage: str, instance: str) -> None:
    """Make the index, its alias and its script; what is there already stays as it is."""
    found = stage_index(stage, instance)
    with told_plainly():
        creation = create_index(found.upkeep.client, found.upkeep.alias)
    click.echo(f"{found.upkeep.alias} -> {creation.index}{'' if creation.created else ' (was there)'}")


@index.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@stage_options
def status(*, stage: str, instance: str, as_json: bool) -> None:
    """Say how the index is: health, documents, tombstones, mapping. Exit code 1: not there, or red."""
    found = stage_index(stage, instance)
    with told_plainly():
        statuses = index_statuses(found.upkeep.client, found.upkeep.alias)
    if as_json:
        click.echo(json.dumps([asdict(each) for each in statuses]))
    else:
        Console().print(_statuses(statuses))
    if not any(each.role == "live" and each.health != "red" for each in statuses):
        raise FanoutError(f"nothing healthy behind {found.upkeep.alias!r}: `fanout index create`, then backfill")


@index.command()
@SEGMENTS
@RATE
@click.option("--restart", is_flag=True, help="Begin at the table's beginning, not where an earlier backfill stopped.")
@stage_options
def backfill(*, segments: int, rate: float | None, restart: bool, stage: str, instance: str) -> None:
    """Fill the index from the table, while changes flow. It only adds what is missing; interrupted, it goes on.

    For tables of many millions start the stage's state machine fanout-STAGE-search-backfill instead.
    """
    found = stage_index(stage, instance)
    with told_plainly():
        require_reading(found.stage.functions, found.mapping_id, found.upkeep.table)
        name = live_index(found.upkeep.client, found.upkeep.alias)
        if restart:
            found.upkeep.notes.forget(name)
        _fill(found, name, found.upkeep.alias, segments, rate)
        found.upkeep.notes.forget(name)


@index.command()
@SEGMENTS
@RATE
@click.option("--roll-back", is_flag=True, help="Drop the new index of a reindex that is under way.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@stage_options
def reindex(*, segments: int, rate: float | None, roll_back: bool, yes: bool, stage: str, instance: str) -> None:
    """Give the index this version's mapping, without downtime. Interrupted, give the command again: it goes on."""
    found = stage_index(stage, instance)
    upkeep = found.upkeep

    def audited(name: str) -> AuditReport:
        return upkeep.audit(name).run(Deadline.after(HOURS_S, CLOCK))

    work = Reindex(
        client=upkeep.client,
        alias=upkeep.alias,
        notes=upkeep.notes,
        repair=upkeep.repair,
        invocation_s=found.invocation_s,
        backfill=lambda name, target: _fill(found, name, target, segments, rate),
        audit=audited,
        clock=CLOCK,
        tell=lambda line: click.echo(line, err=True),
    )
    with told_plainly():
        if roll_back:
            click.echo(f"{work.roll_back()} dropped; {upkeep.alias} stands for what it stood for")
            return
        require_reading(found.stage.functions, found.mapping_id, upkeep.table)
        if not yes and work.under_way() is None:
            click.confirm(
                f"Fill a new index and put it in the place of {live_index(upkeep.client, upkeep.alias)}?", abort=True
            )
        click.echo(f"{upkeep.alias} -> {work.run()}")


@index.command()
@click.option("--repair", is_flag=True, help="Mend what differs, key by key.")
@stage_options
def audit(*, repair: bool, stage: str, instance: str) -> None:
    """Compare the index with the table, both ways. Exit code 1: they differ (and were not mended)."""
    found = stage_index(stage, instance)
    upkeep = found.upkeep
    deadline = Deadline.after(HOURS_S, CLOCK)
    with told_plainly():
        with bar(upkeep.table.count(), "comparing") as moving:
            report = upkeep.audit(upkeep.alias, moving.advance).run(deadline)
        _show(report)
        if not repair:
            if report.drift:
                raise FanoutError("index and table differ: mend with `fanout index audit --repair`")
            return
        keys = [KeyToMend(document_id=each.document_id, keys=each.keys) for each in report.drift if each.keys]
        outcomes = dict(upkeep.repair.mend(upkeep.alias, keys, deadline))
    failed = [f"{i}: {outcome}" for i, outcome in outcomes.items() if not isinstance(outcome, Delivered)]
    click.echo(f"{len(outcomes) - len(failed)} of {len(report.drift)} mended")
    if failed:
        raise FanoutError("not mended:\n" + "\n".join(failed[:KEYS_SHOWN]))


@index.command()
@click.option(
    "--hours", type=click.IntRange(25), default=72, show_default=True, help="Tombstones younger than this stay."
)
@stage_options
def purge(*, hours: int, stage: str, instance: str) -> None:
    """Remove old tombstones; the stage does it by itself every day."""
    found = stage_index(stage, instance)
    with told_plainly():
        purged = purge_tombstones(
            found.upkeep.client, found.upkeep.alias, now_ms=CLOCK.now_ms(), keep_ms=hours * 3600 * 1000
        )
    click.echo(f"{purged} tombstones removed")


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 100), help="Most documents shown.")
@stage_options
def search(*, words: tuple[str, ...], limit: int, stage: str, instance: str) -> None:
    """Find documents by WORDS in title and body, the best first."""
    found = stage_index(stage, instance)
    with told_plainly():
        hits = find(found.upkeep.client, found.upkeep.alias, " ".join(words), limit)
    console = Console()
    console.print(f"{hits.total} found", style="dim", highlight=False)
    for hit in hits.hits:
        title = " ".join(hit.highlights.get("title", [])) or str(hit.document.get("title", ""))
        console.print(f"[bold]{hit.document_id}[/]  {_marked(title)}  [dim]{hit.score:.2f}[/]", highlight=False)
        for passage in hit.highlights.get("body", []):
            console.print(f"    {_marked(' '.join(passage.split()))}", highlight=False)


def _marked(passage: str) -> str:
    """Return a passage for the terminal: what the search marked, in colour; the rest as it is."""
    from rich.markup import escape

    return escape(passage).replace("<em>", "[bold yellow]").replace("</em>", "[/]")


def _fill(found: StageIndex, name: str, target: str, segments: int, rate: float | None) -> None:
    work = found.upkeep.backfill(name, target, RateLimit(rate))
    with bar(found.upkeep.table.count(), f"filling {name}") as moving:
        done = run_segments(work, segments, moving)
    scanned, created = sum(each.scanned for each in done), sum(each.created for each in done)
    rejected = [document_id for each in done for document_id in each.rejected]
    click.echo(f"{scanned} documents read, {created} entries made; the others were there")
    if rejected:
        raise FanoutError(
            f"the mapping refuses {', '.join(rejected)}: mend consumers/search_index/fields.py and reindex. "
            "All other documents are in the index"
        )


def _show(report: AuditReport) -> None:
    click.echo(f"{report.documents} documents compared: {len(report.drift)} differ, {len(report.parked)} are parked")
    for each in report.drift[:KEYS_SHOWN]:
        click.echo(f"  {each.kind:<8}{each.document_id}  {json.dumps(each.keys)}")
    if len(report.drift) > KEYS_SHOWN or report.cut_short:
        click.echo("  and more")


def _statuses(statuses: Sequence[IndexStatus]) -> Table:
    table = Table("index", "", "health", "documents", "tombstones", "size", "mapping")
    for each in statuses:
        colour = {"green": "green", "yellow": "yellow"}.get(each.health, "red")
        table.add_row(
            each.index,
            each.role,
            f"[{colour}]{each.health}[/]",
            f"{each.documents:,}",
            f"{each.tombstones:,}",
            f"{each.bytes / 1e6:.1f} MB",
            "this version's" if each.mapping_is_ours else "another: reindex",
        )
    return table
