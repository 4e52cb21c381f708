"""`fanout-local mappings`: how far each event source mapping is, asked of the running runner."""

import json
import time
import urllib.error
import urllib.request
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fanout_local.engines.mappings import NAME
from fanout_local.errors import LocalStackError
from fanout_local.event_source_mapping.runner.http_page import MAPPINGS_PATH
from fanout_local.state import StackState

REFRESH_S = 0.5
TIMEOUT_S = 5
COLUMNS = ("function", "table", "state", "shard", "owner", "position", "age", "held", "invoking", "retries", "result")
NARROW_SHARD = 12
"""The end of a shard's id tells it from another's."""


def ask(state: StackState) -> dict[str, Any]:
    """What the runner tells. Raises LocalStackError when it does not answer."""
    engine = state.processes.get(NAME)
    if engine is None:
        raise LocalStackError(
            f"The local stack {state.instance!r} was started by an older version: it has no runner of mappings.",
            remedy="Start it again: fanout-local down, then fanout-local up.",
        )
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{engine.port}{MAPPINGS_PATH}", timeout=TIMEOUT_S) as answer:
            told: dict[str, Any] = json.load(answer)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise LocalStackError(
            f"The runner of event source mappings does not answer: {error}.",
            remedy=f"See its log: fanout-local logs {NAME} --instance {state.instance}",
        ) from error
    return told


def show(console: Console, state: StackState, *, refresh: bool) -> None:
    """Print the table, or keep it up to date until Ctrl-C."""
    if not refresh:
        console.print(rendered(ask(state)))
        return
    with Live(rendered(ask(state)), console=console, auto_refresh=False) as live:
        while True:
            time.sleep(REFRESH_S)
            live.update(rendered(ask(state)), refresh=True)


def rendered(told: dict[str, Any]) -> RenderableType:
    """What a runner tells, as a table: a line a shard."""
    if not told["mappings"]:
        return Text(
            "No event source mapping of a DynamoDB stream is there." if not told["problem"] else told["problem"]
        )
    table = Table(*COLUMNS)
    for mapping in told["mappings"]:
        for shard in mapping["shards"] or [{}]:
            table.add_row(
                mapping["function"],
                mapping["table"],
                mapping["state"],
                shard.get("shard", "")[-NARROW_SHARD:],
                shard.get("owner", ""),
                shard.get("position", "").lstrip("0"),
                _seconds(shard.get("age_ms")),
                *(_number(shard.get(name)) for name in ("held", "invoking", "retries")),
                Text(mapping["result"], style="red" if mapping["result"].startswith("PROBLEM") else ""),
            )
    return Group(table, Text(told["problem"], style="red")) if told["problem"] else table


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _seconds(value_ms: int | None) -> str:
    return "" if value_ms is None else f"{value_ms / 1000:.0f} s"
