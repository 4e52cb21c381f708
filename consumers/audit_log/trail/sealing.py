"""Closing periods: each seal fixes what was ingested since the one before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from consumers.audit_log.trail.lines import Line
from consumers.audit_log.trail.merkle import GrowingTree
from consumers.audit_log.trail.seal import Seal, SignedSeal
from consumers.audit_log.trail.trail_index import Leaf, TrailIndex
from stream_processor.deadline import Deadline

LONGEST_PERIOD_MS = 6 * 3600 * 1000
"""After an outage of the sealer several seals close what one would: each stays small enough for one invocation."""


class Trail(Protocol):
    """The log that is sealed; see `consumers.audit_log.trail.cloudwatch.CloudWatchTrail`."""

    group: str

    def ingested(self, from_ms: int, to_ms: int) -> Iterator[Line]:
        """Yield the lines ingested in a period."""
        ...

    def begun_ms(self) -> int | None:
        """Return when the log began, at the latest when it took its first line; None before."""
        ...


class Signer(Protocol):
    """Signs seals."""

    def sign(self, payload: bytes) -> bytes:
        """Return the signature."""
        ...


class Seals(Protocol):
    """Where seals lie; see `consumers.audit_log.trail.seal_store.SealStore`."""

    def numbers(self) -> Iterator[int]:
        """Yield the numbers of the seals that are there, rising."""
        ...

    def read(self, number: int) -> SignedSeal:
        """Return a seal as it lies there."""
        ...

    def put_leaves(self, number: int, leaves: bytes) -> None:
        """Store the list of a period's leaves, before its seal."""
        ...

    def put(self, signed: SignedSeal) -> None:
        """Store a seal, unless there is one of its number."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealer:
    """Closes periods by ingestion time.

    Attributes:
        delay_ms: how long after its end a period is closed: until then CloudWatch Logs may still show lines of it.

    """

    trail: Trail
    seals: Seals
    signer: Signer
    delay_ms: int

    def seal(self, deadline: Deadline) -> list[Seal]:
        """Close every period that is over, and return the new seals.

        Raises:
            SealTakenError: another sealer is at work.
            MalformedSealError: the last seal is none: a person has to look.

        """
        made: list[Seal] = []
        now_ms = deadline.clock.now_ms()
        over_ms = now_ms - self.delay_ms
        last = self._last()
        from_ms = self.trail.begun_ms() if last is None else last.to_ms
        while from_ms is not None and from_ms < over_ms and not deadline.passed():
            to_ms = min(over_ms, from_ms + LONGEST_PERIOD_MS)
            last = self._close(last, from_ms, to_ms, now_ms)
            made.append(last)
            from_ms = to_ms
        return made

    def _last(self) -> Seal | None:
        number = max(self.seals.numbers(), default=None)
        return None if number is None else self.seals.read(number).seal

    def _close(self, last: Seal | None, from_ms: int, to_ms: int, now_ms: int) -> Seal:
        tree = GrowingTree() if last is None else last.tree()
        before = tree.size
        with TrailIndex() as index:
            for line in self.trail.ingested(from_ms, to_ms):
                index.take(line)
            index.sort()
            leaves = bytearray()
            for leaf in index.leaves(from_ms, to_ms):
                tree.add(leaf.leaf)
                leaves += listed(leaf)
        seal = Seal(
            number=0 if last is None else last.number + 1,
            log_group=self.trail.group,
            from_ms=from_ms,
            to_ms=to_ms,
            sealed_at_ms=now_ms,
            events=tree.size - before,
            tree_size=tree.size,
            root=tree.root.hex(),
            frontier=tuple(node.hex() for node in tree.frontier),
            leaves_sha256=sha256(leaves).hexdigest(),
            previous=None if last is None else last.digest,
        )
        self.seals.put_leaves(seal.number, bytes(leaves))
        self.seals.put(SignedSeal(seal=seal, signature=self.signer.sign(seal.payload)))
        return seal


def listed(leaf: Leaf) -> bytes:
    """Return the line of a leaf in the list of its period."""
    return f"{leaf.event_id} {leaf.leaf.hex()}\n".encode("utf-8", "surrogatepass")
