"""Tampering is found and named: in sealed periods all of it, in unsealed ones what the chain and the table can show."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest

from consumers.audit_log.event import audit_event
from consumers.audit_log.trail import report
from consumers.audit_log.trail.findings import Kind
from consumers.audit_log.trail.seal import SignedSeal
from tests.unit.consumers.audit_log.trail import BEGIN_MS, HashSigner, World, a_world


def found(world: World) -> set[tuple[Kind, str | None]]:
    """Return kind and event of what is wrong."""
    return {(finding.kind, finding.event_id) for finding in world.verify().findings}


def id_of(world: World, position: int) -> str:
    event_id: str = json.loads(world.trail.log[position].message)["event_id"]
    return event_id


def test_a_trail_that_holds() -> None:
    """Chains, seals and table agree; what is proven reaches from the first seal to the last."""
    world = a_world()
    verified = world.verify()
    assert verified.holds
    assert (verified.events, verified.documents, verified.repeats) == (13, 3, 0)
    (proven,) = verified.proven
    assert (proven.from_ms, proven.seals) == (BEGIN_MS, 2)
    assert verified.unsealed == 2
    words = "\n".join(report.told(verified))
    assert "proven by 2 seals: what was logged from 2026-01-02T03:00:00Z to" in words
    assert "not sealed: 2 lines" in words
    assert words.endswith("The trail holds.")


def test_repeats_do_no_harm() -> None:
    """A change delivered twice is logged twice, and folds, sealed or not."""
    world = World()
    world.write("a", "1")
    world.trail.log.append(world.trail.log[0])
    world.seal()
    world.trail.log.append(replace(world.trail.log[0], ingested_at_ms=world.now_ms))
    verified = world.verify()
    assert verified.holds
    assert (verified.events, verified.repeats, verified.lines) == (1, 2, 3)


def test_the_sealer_catches_up_in_periods_of_hours() -> None:
    """After an outage several seals close what one would; with nothing over, none is made; each counts on."""
    world = World()
    world.write("a", "1")
    seals = world.seal(after_ms=15 * 3600 * 1000)
    assert [seal.to_ms - seal.from_ms for seal in seals] == [6 * 3600 * 1000] * 2 + [3 * 3600 * 1000 + 1_000]
    assert [seal.events for seal in seals] == [1, 0, 0]
    assert world.seal(after_ms=0) == []
    world.write("a", "2")
    assert [(seal.number, seal.tree_size) for seal in world.seal()] == [(3, 2)]
    assert world.verify().holds


def swap(world: World) -> None:
    one, other = world.trail.log[1], world.trail.log[3]
    world.trail.altered(1, message=other.message)
    world.trail.altered(3, message=one.message)


def alter(world: World) -> None:
    world.trail.altered(2, message=world.trail.log[2].message.replace('"actor":"unknown"', '"actor":"eve"'))


SEALED = [
    (lambda world: world.trail.log.pop(2), {Kind.DROPPED}),
    (alter, {Kind.ALTERED}),
    (swap, {Kind.ALTERED}),
    (lambda world: world.trail.log.append(world.trail.log[2]), {Kind.REPEATED}),
    (
        lambda world: world.trail.altered(2, ingested_at_ms=world.trail.log[9].ingested_at_ms),
        {Kind.DROPPED, Kind.ADDED},
    ),
    (lambda world: world.trail.altered(2, timestamp_ms=BEGIN_MS - 1), {Kind.ALTERED}),
]


@pytest.mark.parametrize(("tamper", "kinds"), SEALED)
def test_tampering_in_a_sealed_period_is_named(tamper: Callable[[World], object], kinds: set[Kind]) -> None:
    """Dropped, altered, swapped, repeated, moved to another period, filed under another time: each by its event."""
    world = a_world()
    named = id_of(world, 2) if tamper is not swap else id_of(world, 1)
    tamper(world)
    verified = world.verify()
    assert not verified.holds
    assert kinds <= set(verified.counts)
    for kind in kinds:
        assert (kind, named) in found(world)


def test_truncation_of_a_sealed_period_is_named() -> None:
    """Every event that is gone is named, also where the document is gone with them."""
    world = World()
    world.write("a", "1")
    world.write("b", "1")
    world.write("b", None)
    world.seal()
    del world.trail.log[1:]
    assert {kind for kind, _ in found(world)} == {Kind.DROPPED}
    assert world.verify().counts[Kind.DROPPED] == 2


def test_a_line_that_was_never_there_is_named() -> None:
    """An event that fits its chain, put into a sealed period, and a line that is no event."""
    world = a_world()
    world.trail.write([world.change("d", "late")], BEGIN_MS + 1)
    world.trail.log.append(replace(world.trail.log[0], message="{}"))
    kinds = {kind for kind, _ in found(world)}
    assert kinds == {Kind.ADDED, Kind.FOREIGN}


FORGERIES: dict[str, Callable[[World], object]] = {
    "changed": lambda world: world.seals.forge(0, events=7),
    "by another key": lambda world: world.seals.kept.update(
        {0: SignedSeal(seal=world.seals.read(0).seal, signature=b"other")}
    ),
    "unreadable": lambda world: world.seals.kept.update({0: None}),
    "gone": lambda world: world.seals.kept.pop(0),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_seal_is_named(forgery: str) -> None:
    """A seal changed after it was signed, one signed by another key, one that cannot be read, one that is gone."""
    world = a_world()
    FORGERIES[forgery](world)
    verified = world.verify()
    assert verified.counts[Kind.SEAL] == 1
    assert "seal 0" in verified.findings[0].text
    assert [proven.seals for proven in verified.proven] == [1]


def test_seals_of_another_history_do_not_follow() -> None:
    """A seal signed by the right key, for another log or another past, is not taken."""
    world, other = a_world(), a_world()
    other.trail.log.pop(0)
    other.seals.kept.clear()
    other.seal()
    world.seals.kept[1] = replace(world.seals.read(1), seal=replace(world.seals.read(1).seal, previous="0" * 64))
    signed = world.seals.read(1)
    world.seals.kept[1] = SignedSeal(seal=signed.seal, signature=HashSigner().sign(signed.seal.payload))
    assert "seal 1 does not follow seal 0" in world.verify().findings[0].text
    world.seals.kept[0] = other.seals.read(0)
    assert not world.verify().holds


def test_a_list_of_leaves_that_was_changed_is_no_witness() -> None:
    """The root still tells that something differs; the seal says what to compare the list with."""
    world = a_world()
    world.trail.log.pop(2)
    world.seals.lists[0] = world.seals.lists[0].splitlines(keepends=True)[0]
    (finding,) = (finding for finding in world.verify().findings if finding.kind is Kind.SEAL)
    assert "cannot be named" in finding.text


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        (lambda world: world.trail.log.pop(2), Kind.GAP),
        (lambda world: world.trail.log.pop(), Kind.TABLE),
        (lambda world: world.table.hashes.update(c="0" * 64), Kind.TABLE),
        (lambda world: world.table.hashes.pop("c"), Kind.TABLE),
        (lambda world: world.table.hashes.update(x="0" * 64), Kind.TABLE),
        (lambda world: world.trail.altered(0, message=world.trail.log[0].message.replace('"a0"', '"x"')), Kind.ALTERED),
        (lambda world: world.trail.altered(0, message=world.trail.log[0].message[1:]), Kind.FOREIGN),
    ],
)
def test_tampering_in_an_unsealed_period(tamper: Callable[[World], object], kind: Kind) -> None:
    """A change missing in the middle, at the end; a table that nobody wrote to; an image that was altered."""
    world = a_world()
    world.seals = World().seals
    tamper(world)
    assert world.verify().counts[kind] == 1


def test_what_an_unsealed_period_cannot_show() -> None:
    """A document created and deleted, a change made and undone: with both events gone the rest fits. It says so."""
    world = World()
    for body in ("1", "2", "1"):
        world.write("a", body)
    world.write("b", "1")
    world.write("b", None)
    del world.trail.log[1:]
    verified = world.verify()
    assert verified.holds
    assert "cannot show that a document was created and deleted" in "\n".join(report.told(verified))


def test_a_fork_is_named() -> None:
    """Two events that begin at the same state cannot both be."""
    world = World()
    world.write("a", "1")
    world.write("a", "2")
    world.states["a"] = {"body": {"S": "1"}}
    world.write("a", "3")
    assert {kind for kind, _ in found(world)} == {Kind.FORK}


def test_one_event_id_with_two_contents_is_altered() -> None:
    """The first writing does not silently win."""
    world = World()
    world.write("a", "1")
    message = json.loads(world.trail.log[0].message)
    forged = {**message, "new_hash": sha256(b"").hexdigest(), "new_image": None}
    world.trail.log.append(replace(world.trail.log[0], message=json.dumps(forged)))
    assert (Kind.ALTERED, id_of(world, 0)) in found(world)


def test_a_part_of_the_trail() -> None:
    """Since a time, chains begin in the middle and only whole periods are proven; one document has no seals."""
    world = a_world()
    verified = world.verify(since_ms=world.trail.log[8].ingested_at_ms)
    assert verified.holds
    assert verified.begun_before == 2
    alone = world.verify(document="a")
    assert alone.holds
    assert (alone.events, alone.documents, alone.proven, alone.unsealed) == (5, 1, (), None)
    assert "Seals are about all documents: they were not looked at." in report.told(alone)
    world.table.hashes["a"] = "0" * 64
    assert world.verify(document="a").counts[Kind.TABLE] == 1


def test_what_is_under_way_is_looked_at_again() -> None:
    """While people write, the table is ahead of the log for a moment: that is no difference."""
    world = a_world()
    change = world.change("c", "c2")
    looks: list[float] = []
    trail, table, seals = world.trail, world.table, world.verify
    assert seals().counts[Kind.TABLE] == 1

    def pause(seconds: float) -> None:
        looks.append(seconds)
        trail.write([change], world.now_ms + 5_000)

    from consumers.audit_log.trail.verification import Verification

    verification = Verification(trail=trail, table=table, pause=pause)
    assert verification.run(now_ms=world.now_ms).holds
    assert len(looks) == 1


def test_an_image_that_lies_elsewhere_is_checked() -> None:
    """Its hash is that of the object."""
    from consumers.audit_log.trail.verification import Verification

    world = World()
    change = world.change("a", "1")
    event = audit_event(change)
    world.trail.write([change], world.now_ms)
    world.trail.altered(0, message=event.pointing_message("images/a"))

    class Bucket:
        text = event.new_image or ""

        def get(self, key: str) -> str:
            assert key == "images/a"
            return self.text

    bucket = Bucket()
    verification = Verification(trail=world.trail, images=bucket)
    assert verification.run(now_ms=0).holds
    bucket.text += " "
    assert verification.run(now_ms=0).counts == {Kind.ALTERED: 1}
