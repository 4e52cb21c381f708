"""How long from the start of the process until a first record has reached all four sinks?

Each run is a process of its own: the Python that has what Lambda's runtime has, and the artifact as it is deployed.
Both functions make real requests, all to one endpoint on this machine that answers at once. The plain function has
the same libraries, out of the same artifact; once with their bytecode, and once without: most zips hold none that
Python takes, and Lambda keeps none that it compiles.

"""

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

from benchmarks.contenders.handler import FANOUT, PLAIN
from benchmarks.measuring import Figure
from benchmarks.pretended.http_endpoint import STAGE, Endpoint, endpoint
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Goal, Verdict
from deployment.artifact import build_artifact
from fanout_local.paths import installation

RUNS = 9
WITHIN_S = 60.0
RECORD_BYTES = 2_000
CHECKOUT = Path(__file__).parent.parent
BARE = "plain, without bytecode"
CASE = "a cold start"
PROCESSOR = "processor's time until the process ends, ms"
CHILD = """
import json, sys
sys.path[:0] = sys.argv[2:]
class Context:
    aws_request_id = "1"
    function_name = "plain"
    get_remaining_time_in_millis = staticmethod(lambda: 30_000)
handle = __import__(sys.argv[1], fromlist=["handle"]).handle
handle(json.load(sys.stdin), Context)
"""


def run() -> Verdict:
    """Start each function in turn, several times."""
    event = json.dumps(stream_event(records=1, record_bytes=RECORD_BYTES))
    with TemporaryDirectory() as folder, endpoint() as sinks:
        compiled, bare = Path(folder, "compiled"), Path(folder, "bare")
        with ZipFile(build_artifact(CHECKOUT).path) as artifact:
            artifact.extractall(compiled)
            artifact.extractall(bare, [name for name in artifact.namelist() if not name.endswith(".pyc")])
        plain = str(Path(__file__).parent / "contenders")
        starts: Mapping[str, Sequence[str]] = {
            FANOUT: ["stream_processor.handler", str(compiled)],
            PLAIN: ["plain_function", str(compiled), plain],
            BARE: ["plain_function", str(bare), plain],
        }
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in starts}
        for _ in range(1 + RUNS):
            for name, arguments in starts.items():
                runs[name].append(_start(arguments, event, sinks))
    counted = {name: each[1:] for name, each in runs.items()}
    figures = {name: Figure.of([reached_s for reached_s, _ in each]) for name, each in counted.items()}
    ratios = {f"{FANOUT} / {name}": figures[FANOUT].median_s / figures[name].median_s for name in (PLAIN, BARE)}
    return Verdict(
        name="cold_start",
        question="from the start of the process until the first record has reached all four sinks",
        unit="start",
        figures={CASE: figures},
        observed={PROCESSOR: {name: min(cpu_s for _, cpu_s in each) * 1000 for name, each in counted.items()}},
        ratios=ratios,
        goals={f"{FANOUT} / {PLAIN}": Goal(most=0.8)},
    )


def _start(arguments: Sequence[str], event: str, sinks: Endpoint) -> tuple[float, float]:
    """Return the seconds until all sinks are reached, and the processor's seconds until the process has ended."""
    sinks.begin()
    spent_before_s = _children_s()
    begin_s = time.perf_counter()
    process = subprocess.Popen(
        [installation().function_python, "-c", CHILD, *arguments],
        env=_environment(sinks.url),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        process.communicate(event, timeout=WITHIN_S)
    finally:
        process.kill()
    if process.returncode:
        raise AssertionError(f"{arguments[0]} ended with {process.returncode}")
    return sinks.reached_all_at_s(within_s=1.0) - begin_s, _children_s() - spent_before_s


def _children_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _environment(url: str) -> dict[str, str]:
    names = ("SEARCH_INDEX", "ANALYSIS_QUEUE", "WEBSOCKET_NOTIFIER", "AUDIT_LOG")
    return {
        "PATH": os.environ["PATH"],
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "FANOUT_STAGE": STAGE,
        "FANOUT_CONSUMERS": ",".join(name.lower() for name in names),
        **{f"FANOUT_RETRY_QUEUE_URL_{name}": f"{url}/queue/{name}" for name in names},
        "FANOUT_LEDGER_TABLE": "ledger",
        "FANOUT_FAILURES_BUCKET": "failures",
        "FANOUT_DOCUMENTS_TABLE": "documents",
        "FANOUT_SEARCH_ENDPOINT": url,
        "FANOUT_SEARCH_AUTH": "none",
        "FANOUT_ANALYSIS_QUEUE_URL": f"{url}/queue/analysis.fifo",
        "FANOUT_SUBSCRIPTIONS_TABLE": "subscriptions",
        "FANOUT_FRAMES_BUCKET": "frames",
        "FANOUT_WEBSOCKET_ENDPOINT": f"{url}/{STAGE}",
        "FANOUT_AUDIT_LOG_GROUP": "/fanout/audit",
    }
