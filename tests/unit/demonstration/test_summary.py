"""What people and programs are shown at the end."""

import io
import json
from dataclasses import replace

from rich.console import Console

from demonstration.latency import ConsumerFigures
from demonstration.live_table import Moment, line, live_table
from demonstration.report import ClientFigures, Report
from demonstration.summary import print_summary
from demonstration.verification.check import Check

FIGURES = ConsumerFigures(
    consumer="search_index",
    delivered=340,
    skipped=0,
    parked=2,
    dead_lettered=1,
    retried=3,
    pending=8,
    p50_ms=210,
    p95_ms=480,
)
REPORT = Report(
    about="our own script",
    documents=24,
    writes=350,
    changes=351,
    consumers=[FIGURES],
    clients=[ClientFigures(name="client 1", frames=351, repeated=1, late=0, fetched=5, p50_ms=300, p95_ms=500)],
    checks=[Check(title="search index", verified="exactly the table's 22 documents")],
    verified_after_s=3.2,
    whole_s=71.5,
    memory_bytes=1_900_000_000,
    step_seconds={"a step": 1.5},
)


def printed(report: Report) -> str:
    console = Console(file=io.StringIO(), width=160)
    print_summary(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_verified_report_says_so_with_its_numbers() -> None:
    """Writes, deliveries, latencies, repeats and times are all there."""
    text = printed(REPORT)
    for said in ("VERIFIED: all 351 changes", "350 writes", "210 ms", "480 ms", "2 parked, 1 dead", "3.2 s", "1.9 GB"):
        assert said in text
    assert "NOT VERIFIED" not in text


def test_what_differs_is_shown_with_up_to_five_examples() -> None:
    """A long list does not bury the screen, and its length is told."""
    differing = Check(title="audit log", verified="", differences=tuple(f"event [{n}] is lost" for n in range(7)))
    text = printed(replace(REPORT, checks=[differing], complaints=["fanout-x: [ERROR] why"]))
    assert "logged by fanout-x: [ERROR] why" in text
    assert "NOT VERIFIED" in text
    assert "event [4] is lost" in text
    assert "event [5]" not in text
    assert "and 2 more" in text


def test_the_report_is_json() -> None:
    """Programs read the same figures."""
    read = json.loads(json.dumps(REPORT.as_json()))
    assert read["verified"] is True
    assert read["consumers"][0]["p95_ms"] == 480


def test_without_a_terminal_a_moment_is_a_line() -> None:
    """Pending changes and errors are named where there are some."""
    moment = Moment(elapsed_s=5.0, written=60, to_write=350, changes=58, consumers=[FIGURES])
    assert "60 of 350 writes" in line(moment)
    assert "search index 340 (8 pending) (2 parked, 1 dead errors)" in line(moment)


def test_a_terminal_shows_a_table_in_place() -> None:
    """The table has a row for each consumer."""
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with live_table(console) as show:
        show(Moment(elapsed_s=5.0, written=60, to_write=350, changes=58, consumers=[FIGURES]))
    assert isinstance(console.file, io.StringIO)
    assert "search index" in console.file.getvalue()
