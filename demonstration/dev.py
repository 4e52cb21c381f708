"""`fanout dev`: the whole stack, deployed, and a live log of what happens on it."""

import shlex
import sys
import time

from demonstration.activity import Activity
from demonstration.deployed import Deployed
from demonstration.preparing import deployed_stack
from demonstration.screen import Screen
from demonstration.watch import watching
from fanout_local.environment import stack_environment

INSTANCE = "dev"
LOOK_EVERY_S = 0.3


def run_dev(screen: Screen, *, fresh: bool) -> None:
    """Run until Ctrl-C.

    Raises:
        DemonstrationError, DeploymentError: it could not be run, or the stack fell ill.

    """
    with deployed_stack(INSTANCE, screen, fresh=fresh) as deployed, watching(deployed, "LATEST") as watch:
        screen.say(f"\n[bold]Ready after {screen.elapsed_s:.1f} s.[/bold]\n")
        for line in _hints(deployed):
            screen.console.print(line, highlight=False, markup=False, soft_wrap=True)
        activity = Activity(watch.history, watch.ledger)
        try:
            while True:
                watch.raise_failure()
                for line in activity.news():
                    screen.console.print(line, highlight=False, markup=False, soft_wrap=True)
                time.sleep(LOOK_EVERY_S)
        except KeyboardInterrupt:
            screen.say("\nStopping.")


def _hints(deployed: Deployed) -> list[str]:
    endpoints = deployed.stack.endpoints
    python = shlex.quote(sys.executable)
    variables = stack_environment(deployed.stack)
    exports = " ".join(f"{name}={value}" for name, value in variables.items() if name.startswith("AWS_"))
    write = (
        f"import boto3, time; boto3.resource('dynamodb').Table('{deployed.names.documents_table}').put_item("
        "Item={'id': 'hello', 'title': 'Hello', 'body': 'A first change', 'written_at_ms': time.time_ns() // 10**6})"
    )
    return [
        f"AWS services   {endpoints.aws}",
        f"OpenSearch     {endpoints.opensearch}",
        f"WebSocket      {deployed.socket_url}",
        "",
        "Write a document:",
        f'  {exports} {python} -c "{write}"',
        "Find it:",
        f"  curl '{endpoints.opensearch}/{deployed.names.search_index}/_search?pretty'",
        'Follow it (then type {"action":"subscribe","document":"hello"}):',
        f"  {python} -m websockets {deployed.socket_url}",
        "Read the functions' logs:",
        f"  fanout-local logs --instance {INSTANCE}",
        "",
        "What happens from now on (Ctrl-C stops the stack; what it stored stays, `--fresh` throws it away):",
    ]
