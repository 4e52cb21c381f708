"""A sink dies in the middle of the work: the others go on, the shard does not stand, nothing is lost."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from opensearchpy.helpers import scan

from demonstration.deployed import Deployed
from demonstration.ledger_reader import Ledger
from demonstration.preparing import deployed_stack
from demonstration.screen import Screen, screen_console
from stream_processor.delivery_state import State
from tests.fakes import wait_until

pytestmark = pytest.mark.e2e

BEFORE, DURING = 150, 350
OTHERS = ("analysis_queue", "websocket_notifier", "audit_log")
CONSUMERS = ("search_index", *OTHERS)
ALL = range(BEFORE + DURING)
EVERY_S = 0.5


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """Everything deployed on a stack of its own."""
    with deployed_stack("outage", Screen(screen_console()), fresh=True) as stage:
        yield stage


def write(deployed: Deployed, numbers: range) -> None:
    def put(number: int) -> None:
        item = {"id": {"S": f"document-{number}"}, "title": {"S": f"number {number}"}, "body": {"S": "words " * 20}}
        deployed.dynamodb.put_item(TableName=deployed.names.documents_table, Item=item)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, numbers))


def standings(deployed: Deployed) -> Counter[tuple[str, State]]:
    """Return how many changes stand where, what the retry worker did included: (consumer, state) -> changes."""
    ledger = Ledger(CONSUMERS)
    event_ids = set()
    for item in deployed.items(deployed.names.ledger_table):
        if "standings" in item:
            ledger.fold(item)
            event_ids.add(item["event_id"]["S"].partition("#")[0])
    known = ((name, ledger.standing(event_id, name)) for event_id in event_ids for name in CONSUMERS)
    return Counter((name, standing.state) for name, standing in known if standing)


def indexed(deployed: Deployed) -> dict[str, str]:
    """Return what the search index holds: document id -> title."""
    deployed.search.indices.refresh(index=deployed.names.search_index)
    return {hit["_id"]: hit["_source"]["title"] for hit in scan(deployed.search, index=deployed.names.search_index)}


def test_a_search_engine_that_hangs_for_a_while_holds_up_nobody_and_misses_nothing(deployed: Deployed) -> None:
    """The other three have all 500 writes while it hangs; once it is back, the index is the table (I1, I6)."""
    engine = deployed.stack.processes["opensearch"].process.pid
    write(deployed, range(BEFORE))
    wait_until(
        lambda: standings(deployed)["search_index", State.DELIVERED] == BEFORE,
        "the first writes are indexed",
        60,
        EVERY_S,
    )
    os.kill(engine, signal.SIGSTOP)
    try:
        write(deployed, range(BEFORE, BEFORE + DURING))
        wait_until(
            lambda: all(standings(deployed)[name, State.DELIVERED] == len(ALL) for name in OTHERS),
            "the other consumers have every write while the search engine hangs",
            60,
            EVERY_S,
        )
        wait_until(
            lambda: standings(deployed)["search_index", State.PARKED] == DURING,
            "the rest is parked for search",
            30,
            EVERY_S,
        )
    finally:
        os.kill(engine, signal.SIGCONT)
    everything = {f"document-{number}": f"number {number}" for number in ALL}
    wait_until(lambda: indexed(deployed) == everything, "the index is the table", 180, EVERY_S)
    assert standings(deployed)["search_index", State.DEAD_LETTERED] == 0
