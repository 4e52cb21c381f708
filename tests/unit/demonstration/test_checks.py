"""Each check holds when all is well, and names what is wrong when one thing is."""

from typing import Any

from demonstration.follower import Follower, Reading
from demonstration.history import Happening
from demonstration.ledger_reader import Ledger
from demonstration.verification.analyses import check_analyses
from demonstration.verification.audit_trail import check_audit_trail
from demonstration.verification.clients import check_client
from demonstration.verification.ledger import check_ledger
from demonstration.verification.search_index import IndexEntry, check_search_index
from demonstration.verification.stream import check_stream
from tests.unit.demonstration.happenings import happened, removed, table_after
from tests.unit.demonstration.test_latency import item

HAPPENINGS = [happened(1, "a"), happened(2, "b"), happened(3, "a", body="newer"), removed(4, "b")]
TABLE = table_after(*HAPPENINGS)
NEWEST = {"a": HAPPENINGS[2], "b": HAPPENINGS[3]}


def plain(happening: Happening) -> dict[str, Any]:
    return {name: value["S"] for name, value in (happening.new_image or {}).items()}


def entry(happening: Happening) -> IndexEntry:
    return IndexEntry(order_key=happening.order_key, image=plain(happening))


def client_that_saw(*happenings: Happening) -> Follower:
    client = Follower("client 1")
    for it in happenings:
        frame = {"document": it.document_id, "event_id": it.event_id, "order_key": it.order_key}
        if client.reads(frame, 0) is Reading.NEWER:
            client.hold(frame, None if it.new_image is None else plain(it))
    return client


def audit_event(happening: Happening, old_hash: str | None, new_hash: str | None) -> dict[str, Any]:
    return {
        "event_id": happening.event_id,
        "document_id": happening.document_id,
        "order_key": happening.order_key,
        "event_name": happening.event_name,
        "old_hash": old_hash,
        "new_hash": new_hash,
        "actor": "ttl" if happening.expired else "ada",
    }


AUDIT = [
    audit_event(HAPPENINGS[0], "0", "a1"),
    audit_event(HAPPENINGS[1], "0", "b1"),
    audit_event(HAPPENINGS[2], "a1", "a2"),
    audit_event(HAPPENINGS[3], "b1", None),
]


def test_the_stream_is_whole() -> None:
    """As many changes as were to come, and the table is what the newest of them left."""
    assert check_stream(HAPPENINGS, TABLE, 4).ok
    assert "3 changes in the stream, 4 were to come" in check_stream(HAPPENINGS[:3], TABLE, 4).differences
    assert not check_stream(HAPPENINGS, {**TABLE, "b": {"id": {"S": "b"}}}, 4).ok


def test_the_index_is_exactly_the_table() -> None:
    """A missing, a superfluous, an older and an altered entry each are a difference."""
    good = {"a": entry(HAPPENINGS[2])}
    assert check_search_index(good, TABLE, NEWEST).ok
    assert not check_search_index({}, TABLE, NEWEST).ok
    assert not check_search_index({**good, "b": entry(HAPPENINGS[1])}, TABLE, NEWEST).ok
    assert not check_search_index({"a": entry(HAPPENINGS[0])}, TABLE, NEWEST).ok
    stale_key = IndexEntry(order_key=HAPPENINGS[0].order_key, image=plain(HAPPENINGS[2]))
    assert len(check_search_index({"a": stale_key}, TABLE, NEWEST).differences) == 1


def test_every_change_was_queued_and_the_newest_analysed() -> None:
    """Repeats are counted; a lost event, an old analysis and one of a deleted document are differences."""
    ids = [it.event_id for it in HAPPENINGS]
    results = {"a": HAPPENINGS[2].order_key}
    good = check_analyses([*ids, ids[0]], results, HAPPENINGS, TABLE)
    assert (good.ok, good.repeats) == (True, 1)
    assert not check_analyses(ids[1:], results, HAPPENINGS, TABLE).ok
    assert not check_analyses(ids, {"a": HAPPENINGS[0].order_key}, HAPPENINGS, TABLE).ok
    assert not check_analyses(ids, {**results, "b": NEWEST["b"].order_key}, HAPPENINGS, TABLE).ok
    assert not check_analyses(ids, {}, HAPPENINGS, TABLE).ok


def test_a_change_of_other_attributes_needs_no_analysis() -> None:
    """The newest change of the text is the one analysed."""
    first, second = happened(1, "a", written_at_ms=1), happened(2, "a", written_at_ms=2)
    answer = check_analyses([first.event_id], {"a": first.order_key}, [first, second], table_after(first, second))
    assert answer.ok


def test_a_client_saw_everything_and_rests_at_the_table() -> None:
    """Late and repeated frames do no harm; a lost one, a wrong state and a fault are differences."""
    late = client_that_saw(*(HAPPENINGS[index] for index in (0, 2, 0, 1, 3, 3)))
    good = check_client(late, HAPPENINGS, NEWEST, TABLE)
    assert (good.ok, good.repeats) == (True, 2)
    assert not check_client(client_that_saw(*HAPPENINGS[1:]), HAPPENINGS, NEWEST, TABLE).ok
    assert not check_client(client_that_saw(*HAPPENINGS[:3]), HAPPENINGS, NEWEST, TABLE).ok
    forged = client_that_saw(*HAPPENINGS)
    forged.hold({"document": "a", "order_key": HAPPENINGS[2].order_key}, {"id": "a", "body": "else"})
    assert len(check_client(forged, HAPPENINGS, NEWEST, TABLE).differences) == 2
    faulty = client_that_saw(*HAPPENINGS)
    faulty.faults.append("the connection was closed")
    assert not check_client(faulty, HAPPENINGS, NEWEST, TABLE).ok


def test_the_audit_log_has_each_change_once_after_folding() -> None:
    """Repeats are counted; a lost, an invented, a contradicting event and a broken chain are differences."""
    good = check_audit_trail([*AUDIT, AUDIT[0]], HAPPENINGS)
    assert (good.ok, good.repeats) == (True, 1)
    assert not check_audit_trail(AUDIT[:3], HAPPENINGS).ok
    assert not check_audit_trail([*AUDIT, {**AUDIT[0], "event_id": "invented"}], HAPPENINGS).ok
    assert not check_audit_trail([*AUDIT, {**AUDIT[0], "event_name": "REMOVE"}], HAPPENINGS).ok
    assert not check_audit_trail([*AUDIT[:2], {**AUDIT[2], "old_hash": "forged"}, AUDIT[3]], HAPPENINGS).ok
    assert not check_audit_trail([*AUDIT[:3], {**AUDIT[3], "actor": "ttl"}], HAPPENINGS).ok


def test_the_ledger_has_everything_delivered_and_nothing_lies_about() -> None:
    """A parked change, a dead letter and a message in a queue are differences."""
    ledger = Ledger(["one"])
    for it in HAPPENINGS:
        ledger.fold(item(it.event_id, one=("delivered", 1)))
    assert check_ledger(HAPPENINGS, ledger, [], {"retry": 0}).ok
    assert not check_ledger(HAPPENINGS, ledger, ["dead/letter.json"], {"retry": 0}).ok
    assert not check_ledger(HAPPENINGS, ledger, [], {"retry": 1}).ok
    ledger.fold(item(HAPPENINGS[0].event_id, one=("parked", 2)))
    assert not check_ledger(HAPPENINGS, ledger, [], {"retry": 0}).ok
