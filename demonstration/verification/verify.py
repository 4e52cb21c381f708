"""All checks, each asked again until it holds or the time is over."""

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
from demonstration.verification.audit_proof import check_audit_proof, verified_trail
from demonstration.verification.audit_trail import check_audit_trail
from demonstration.verification.check import Check
from demonstration.verification.clients import check_client
from demonstration.verification.ledger import check_ledger
from demonstration.verification.search_index import check_search_index
from demonstration.verification.stream import check_stream
from demonstration.verification.waiting import Waiting

AT_ONCE = 3
"""Checks asked side by side; more would only slow each other and what they look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What was noted while people wrote."""

    history: History
    ledger: Ledger
    clients: Sequence[Follower]
    expected_changes: int


def verify(deployed: Deployed, witnesses: Witnesses, timeout_s: float) -> list[Check]:
    """Return every check's answer: at once when it holds, else as it is when `timeout_s` seconds are over.

    It does not wait that long once the ledger says that everything has been delivered.
    """
    waiting = Waiting(timeout_s)
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
            deployed.table(),
            example=observations.an_analysis(deployed),
        )

    def client(follower: Follower) -> Check:
        return check_client(follower, history.all(), history.newest(), deployed.table())

    def audit_trail() -> Check:
        return check_audit_trail(observations.audit_events(deployed), history.all())

    def audit_proof() -> Check:
        return check_audit_proof(verified_trail(deployed), len(history.all()))

    def ledger() -> Check:
        return check_ledger(
            history.all(), witnesses.ledger, observations.failures(deployed), observations.queued(deployed)
        )

    asked: list[tuple[str, Callable[[], Check]]] = [
        ("search index", search_index),
        ("analysis queue", analyses),
        *((follower.name, partial(client, follower)) for follower in witnesses.clients),
        ("audit log", audit_trail),
        ("audit proof", audit_proof),
    ]
    told = waiting.until_it_holds(partial(_answer, "documents table", stream))
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        delivered = pool.submit(_delivered, partial(_answer, "delivery ledger", ledger), waiting)
        answers = [pool.submit(waiting.until_it_holds, partial(_answer, title, ask)) for title, ask in asked]
        try:
            return [told, *(answer.result() for answer in answers), delivered.result()]
        except BaseException:
            waiting.give_up()  # or an interrupt would wait for checks that may not hold for long
            raise


def _delivered(ask: Callable[[], Check], waiting: Waiting) -> Check:
    check = waiting.until_it_holds(ask)
    if check.ok:
        waiting.everything_delivered()
    return check


def _answer(title: str, ask: Callable[[], Check]) -> Check:
    try:
        return ask()
    except (ClientError, BotoCoreError, OpenSearchException) as error:
        return Check(title=title, verified="", differences=(f"cannot be looked at: {error}",))
