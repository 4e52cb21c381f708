"""Seals against the log: is each genuine, does each follow the one before, and is its period as it was?"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from consumers.audit_log.trail.findings import Findings, Kind
from consumers.audit_log.trail.merkle import GrowingTree
from consumers.audit_log.trail.seal import MalformedSealError, Seal, SignedSeal
from consumers.audit_log.trail.sealing import listed
from consumers.audit_log.trail.trail_index import NO_EVENT, TrailIndex


class SealReader(Protocol):
    """Where seals lie; see `consumers.audit_log.trail.seal_store.SealStore`."""

    def numbers(self) -> Iterator[int]:
        """Yield the numbers of the seals that are there, rising."""
        ...

    def read(self, number: int) -> SignedSeal:
        """Return a seal as it lies there."""
        ...

    def leaves(self, number: int) -> bytes | None:
        """Return the list of a period's leaves; None if there is none."""
        ...


class Verifier(Protocol):
    """Knows the sealer's key."""

    def has_signed(self, payload: bytes, signature: bytes) -> bool:
        """Return whether the key made this signature."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A time in which the log is what it was, by ingestion time: the end is not included."""

    from_ms: int
    to_ms: int
    seals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which periods the log that was read can be held against.

    Attributes:
        from_ms: lines ingested before were not read, or are not kept any more.

    """

    from_ms: int
    log_group: str


def check_seals(
    reader: SealReader, verifier: Verifier, index: TrailIndex, window: Window, findings: Findings
) -> list[Proven]:
    """Check all seals, and the periods within the window; return the times that are proven, the earliest first."""
    proven: list[Proven] = []
    before: Seal | None = None
    expected = 0
    for number in reader.numbers():
        for missing in range(expected, number):
            findings.add(Kind.SEAL, f"seal {missing} is missing")
        if number != expected:
            before = None
        expected = number + 1
        seal = _genuine(reader, verifier, number, before, window, findings)
        in_window = seal is not None and seal.from_ms >= window.from_ms
        if seal is not None and in_window and _period_holds(reader, seal, before, index, findings):
            if proven and proven[-1].to_ms == seal.from_ms:
                proven[-1] = Proven(from_ms=proven[-1].from_ms, to_ms=seal.to_ms, seals=proven[-1].seals + 1)
            else:
                proven.append(Proven(from_ms=seal.from_ms, to_ms=seal.to_ms, seals=1))
        before = seal
    return proven


def _genuine(
    reader: SealReader, verifier: Verifier, number: int, before: Seal | None, window: Window, findings: Findings
) -> Seal | None:
    """Return a seal that was signed and follows the one before; None, after saying why, if it does not."""
    try:
        signed = reader.read(number)
        signed.seal.tree()
    except MalformedSealError as error:
        findings.add(Kind.SEAL, str(error))
        return None
    seal = signed.seal
    if not verifier.has_signed(seal.payload, signed.signature):
        findings.add(Kind.SEAL, f"seal {number} is forged: its signature is not that of the stage's key")
        return None
    wrong = None
    if seal.number != number or seal.log_group != window.log_group:
        wrong = f"is seal {seal.number} of {seal.log_group}"
    elif number == 0 and seal.previous is not None:
        wrong = "is the first and names one before it"
    elif before is not None and (seal.previous, seal.from_ms) != (before.digest, before.to_ms):
        wrong = f"does not follow seal {before.number}"
    elif before is not None and seal.tree_size != before.tree_size + seal.events:
        wrong = f"does not count on from seal {before.number}"
    if wrong is not None:
        findings.add(Kind.SEAL, f"seal {number} {wrong}")
        return None
    return seal


def _period_holds(reader: SealReader, seal: Seal, before: Seal | None, index: TrailIndex, findings: Findings) -> bool:
    """Return whether the log has in this period just what the seal says; name what differs."""
    if before is None and seal.number > 0:
        return _list_holds(reader, seal, index, findings)
    tree = GrowingTree() if before is None else before.tree()
    for leaf in index.leaves(seal.from_ms, seal.to_ms):
        tree.add(leaf.leaf)
    if (tree.size, tree.root.hex()) == (seal.tree_size, seal.root):
        return True
    if _list_holds(reader, seal, index, findings):
        findings.add(Kind.SEAL, f"seal {seal.number}: its list of leaves holds, its root does not")
    return False


def _list_holds(reader: SealReader, seal: Seal, index: TrailIndex, findings: Findings) -> bool:
    """Compare with the signed list of leaves: it names what the root alone cannot."""
    leaves = reader.leaves(seal.number)
    if leaves is None or sha256(leaves).hexdigest() != seal.leaves_sha256:
        what = "is missing" if leaves is None else "is not the one that was signed"
        findings.add(
            Kind.SEAL,
            f"seal {seal.number}: the log differs from it or cannot be compared, and its list of leaves {what}: "
            f"what differs between {seal.from_ms} and {seal.to_ms} cannot be named",
        )
        return False
    sealed = Counter(leaves.splitlines(keepends=True))
    found = Counter(map(listed, index.leaves(seal.from_ms, seal.to_ms)))
    lost, more = sealed - found, found - sealed
    more_ids = {_event_id(line) for line in more}
    lost_ids = {_event_id(line) for line in lost}
    for line, count in lost.items():
        event_id = _event_id(line)
        if event_id in more_ids and event_id != NO_EVENT:
            findings.add(
                Kind.ALTERED, f"event {event_id} is not what seal {seal.number} says it was", event_id=event_id
            )
        else:
            findings.add(
                Kind.DROPPED,
                f"event {event_id} was in the log when seal {seal.number} was made, and is not there ({count} times)",
                event_id=event_id,
            )
    for line, count in more.items():
        event_id = _event_id(line)
        if line in sealed:
            text = f"event {event_id} stands {count} times more often in the log than seal {seal.number} says"
            findings.add(Kind.REPEATED, text, event_id=event_id)
        elif event_id not in lost_ids or event_id == NO_EVENT:
            text = f"event {event_id} was not in the log when seal {seal.number} was made"
            findings.add(Kind.ADDED, text, event_id=event_id)
    return not lost and not more


def _event_id(line: bytes) -> str:
    return line.decode("utf-8", "surrogatepass").rpartition(" ")[0]
