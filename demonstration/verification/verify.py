"""All checks, each asked again until it holds or the time is over."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError
from opensearchpy.exceptions import OpenSearchException

from demonstration import observations
from demonstration.deployed import Deployed
from demonstration.follower import Follower
from demonstration.history import History
from demonstration.ledger_reader import Ledger
from demonstration.verification.analyses import check_analyses
from demonstration.verification.audit_trail import check_audit_trail
from demonstration.verification.check import Check
from demonstration.verification.clients import check_client
from demonstration.verification.ledger import check_ledger
from demonstration.verification.search_index import check_search_index
from demonstration.verification.stream import check_stream

ASK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What was noted while people wrote."""

    history: History
    ledger: Ledger
    clients: Sequence[Follower]
    expected_changes: int


def verify(deployed: Deployed, witnesses: Witnesses, timeout_s: float) -> list[Check]:
    """Return every check's answer: at once when it holds, else as it is when `timeout_s` seconds are over."""
    deadline = time.monotonic() + timeout_s
    history = witnesses.history

    def stream() -> Check:
        return check_stream(history.all(), deployed.table(), witnesses.expected_changes)

    def search_index() -> Check:
        return check_search_index(observations.index_entries(deployed), deployed.table(), history.newest())

    def analyses() -> Check:
        return check_analyses(
            observations.event_ids_at_worker(deployed),
            observations.analysed_order_keys(deployed),
            history.all(),
            history.newest(),
            deployed.table(),
        )

    def client(follower: Follower) -> Check:
        return check_client(follower, history.all(), history.newest(), deployed.table())

    def audit_trail() -> Check:
        return check_audit_trail(observations.audit_events(deployed), history.all())

    def ledger() -> Check:
        return check_ledger(
            history.all(), witnesses.ledger, observations.failures(deployed), observations.queued(deployed)
        )

    asked: list[tuple[str, Callable[[], Check]]] = [
        ("search index", search_index),
        ("analysis queue", analyses),
        *((follower.name, partial(client, follower)) for follower in witnesses.clients),
        ("audit log", audit_trail),
        ("delivery ledger", ledger),
    ]
    told = _until_it_holds("stream", stream, deadline)
    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = [pool.submit(_until_it_holds, title, ask, deadline) for title, ask in asked]
        return [told, *(answer.result() for answer in answers)]


def _until_it_holds(title: str, ask: Callable[[], Check], deadline: float) -> Check:
    while True:
        check = _answer(title, ask)
        if check.ok or time.monotonic() >= deadline:
            return check
        time.sleep(ASK_EVERY_S)


def _answer(title: str, ask: Callable[[], Check]) -> Check:
    try:
        return ask()
    except (ClientError, BotoCoreError, OpenSearchException) as error:
        return Check(title=title, verified="", differences=(f"cannot be looked at: {error}",))
