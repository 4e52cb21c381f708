"""The commands `fanout demo` and `fanout dev`."""

import json
import os
import sys
from pathlib import Path
from typing import TextIO

import click

from demonstration.demo import DemoOptions, run_demo
from demonstration.dev import run_dev
from demonstration.own_account import leave_own_account_aside
from demonstration.screen import Screen, screen_console
from demonstration.summary import print_summary
from fanout_local.environment import STAGE
from fanout_local.signals import signals_interrupt

INTERRUPTED = 130
"""What a shell says of a command that Ctrl-C ended."""


@click.command()
@click.option("--stage", type=click.Choice([STAGE]), default=STAGE, show_default=True, help="Where to run it.")
@click.option(
    "--trace",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write this public editing trace (JSON, or packed by gzip) instead of our own script.",
)
@click.option("--json", "report_file", type=click.File("w", lazy=False), help="Write the report here too.")
@click.option("--kill-stream-function-at", "kill_at_s", type=click.FloatRange(min=0), hidden=True)
def demo(stage: str, trace: Path | None, report_file: TextIO | None, kill_at_s: float | None) -> None:  # noqa: ARG001
    """Start everything, write documents for half a minute, and verify that every change arrived everywhere.

    Exits with 0 when everything is verified, 1 when something differs.
    """
    leave_own_account_aside(os.environ)
    screen = Screen(screen_console())
    try:
        with signals_interrupt():
            report = run_demo(DemoOptions(trace=trace, kill_at_s=kill_at_s), screen)
    except KeyboardInterrupt:
        screen.say("Interrupted: the local stack is down.")
        sys.exit(INTERRUPTED)
    print_summary(report, screen.console)
    if report_file:
        report_file.write(json.dumps(report.as_json(), indent=2) + "\n")
    sys.exit(0 if report.verified else 1)


@click.command()
@click.option("--fresh", is_flag=True, help="Throw away what earlier runs stored.")
def dev(*, fresh: bool) -> None:
    """Start everything, deploy it, and print what happens until Ctrl-C."""
    leave_own_account_aside(os.environ)
    screen = Screen(screen_console())
    try:
        with signals_interrupt():
            run_dev(screen, fresh=fresh)
    except KeyboardInterrupt:
        screen.say("Interrupted: the local stack is down.")
        sys.exit(INTERRUPTED)
