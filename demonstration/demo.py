"""`fanout demo`: people write for half a minute, and everything that should have happened is checked."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from demonstration.deployed import Deployed
from demonstration.errors import DemonstrationError
from demonstration.fault import KillStreamFunction
from demonstration.follower import Follower, Reading
from demonstration.history import Happening
from demonstration.latency import figures, percentile
from demonstration.live_table import Moment, live_table
from demonstration.memory import memory_of_children_bytes
from demonstration.observations import complaints
from demonstration.plan import Plan
from demonstration.preparing import deployed_stack
from demonstration.report import ClientFigures, Report
from demonstration.screen import Screen
from demonstration.script import DURATION_S, scripted
from demonstration.trace import planned, read_trace
from demonstration.verification.verify import Witnesses, verify
from demonstration.watch import Watch, watching
from demonstration.writers import Writers

INSTANCE = "demo"
LOOK_EVERY_S = 0.25
VERIFY_TIMEOUT_S = 90.0
"""Long enough for what was parked at the end to come back through its retry queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """What may be chosen.

    Attributes:
        trace: an editing trace to write instead of our own script.
        kill_at_s: when to kill the stream function's processes, counted from the first write; None: not at all.

    """

    trace: Path | None = None
    duration_s: float = DURATION_S
    kill_at_s: float | None = None


def run_demo(options: DemoOptions, screen: Screen) -> Report:
    """Run the whole demonstration; return what came of it once the stack is down.

    Raises:
        DemonstrationError, DeploymentError: it could not be run.

    """
    plan = planned(read_trace(options.trace), options.duration_s) if options.trace else scripted(options.duration_s)
    with deployed_stack(INSTANCE, screen, fresh=True) as deployed, ExitStack() as exits:
        with screen.step(f"two WebSocket clients subscribed to {len(plan.documents)} documents"):
            watch = exits.enter_context(watching(deployed, "TRIM_HORIZON", plan.documents))
        writers = Writers(deployed.dynamodb, deployed.names.documents_table, plan)
        exits.callback(writers.stop)
        with screen.step(f"people wrote {len(plan.steps)} times: {plan.about}", spinner=False):
            _write(writers, watch, deployed, options, screen)
        memory_bytes = memory_of_children_bytes()
        witnesses = Witnesses(
            history=watch.history,
            ledger=watch.ledger,
            clients=watch.followers,
            expected_changes=plan.expected_changes,
        )
        with screen.step("checked from the outside"):
            checks = verify(deployed, witnesses, VERIFY_TIMEOUT_S)
        happenings = watch.history.all()
        return Report(
            about=plan.about,
            documents=len(plan.documents),
            writes=writers.written,
            changes=len(happenings),
            consumers=figures(happenings, watch.ledger),
            clients=[_client_figures(client, happenings) for client in watch.followers],
            checks=checks,
            verified_after_s=writers.since_last_write_s,
            whole_s=screen.elapsed_s,
            memory_bytes=memory_bytes,
            step_seconds=screen.seconds,
            complaints=[] if all(check.ok for check in checks) else complaints(deployed),
        )


def _write(writers: Writers, watch: Watch, deployed: Deployed, options: DemoOptions, screen: Screen) -> None:
    """Let the people write, and show how it goes.

    Raises:
        DemonstrationError: a write was refused, a reader stopped, or the fault asked for could not be made.

    """
    with ExitStack() as exits:
        fault = None
        if options.kill_at_s is not None:
            fault = KillStreamFunction(INSTANCE, deployed.names.stream_function, options.kill_at_s)
            exits.callback(fault.stop)
            fault.start()
        show = exits.enter_context(live_table(screen.console))
        writers.start()
        while writers.at_work():
            watch.raise_failure()
            show(_moment(writers, watch, writers.plan))
            time.sleep(LOOK_EVERY_S)
    if writers.failure:
        raise DemonstrationError(
            f"a write to the documents table failed: {writers.failure}. Does something else write to this stack?"
        )
    if fault:
        if not fault.killed:
            raise DemonstrationError("no process of the stream function was there to be killed")
        screen.say(f"  killed the stream function (process {', '.join(map(str, fault.killed))}) in the middle")


def _moment(writers: Writers, watch: Watch, plan: Plan) -> Moment:
    happenings = watch.history.all()
    return Moment(
        elapsed_s=writers.elapsed_s,
        written=writers.written,
        to_write=len(plan.steps),
        changes=len(happenings),
        consumers=figures(happenings, watch.ledger),
    )


def _client_figures(client: Follower, happenings: tuple[Happening, ...]) -> ClientFigures:
    received = client.received_at_ms()
    latencies_ms = [
        received[it.event_id] - it.written_at_ms
        for it in happenings
        if it.written_at_ms is not None and it.event_id in received
    ]
    return ClientFigures(
        name=client.name,
        frames=client.readings.total(),
        repeated=client.readings[Reading.REPEATED],
        late=client.readings[Reading.LATE],
        fetched=client.fetched,
        p50_ms=percentile(latencies_ms, 50),
        p95_ms=percentile(latencies_ms, 95),
    )
