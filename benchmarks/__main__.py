"""Run a benchmark: `python -m benchmarks NAME`."""

from importlib import import_module
from pathlib import Path

import click
from rich.console import Console

from benchmarks.verdict import Verdict

NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if "\ndef run() -> Verdict:" in path.read_text()
)
"""A benchmark is a module of this folder with `run() -> Verdict`."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("name", type=click.Choice(NAMES))
def main(name: str) -> None:
    """Run the benchmark NAME; the last line printed is JSON. Exits 1 when a goal is not met."""
    verdict: Verdict = import_module(f"benchmarks.{name}").run()
    verdict.show(Console())
    raise SystemExit(0 if verdict.met else 1)


main()
