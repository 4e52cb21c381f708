"""An audit log, its seals and their signatures in memory, for tests: they can be tampered with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from consumers.audit_log.event import audit_event
from consumers.audit_log.trail.lines import Line
from consumers.audit_log.trail.seal import MalformedSealError, Seal, SignedSeal
from consumers.audit_log.trail.sealed_periods import SealReader
from consumers.audit_log.trail.sealing import Sealer
from consumers.audit_log.trail.verification import SealCheck, Verification, Verified
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from tests.fakes import FakeClock
from tests.records import event, record

BEGIN_MS = 1_767_322_800_000


@dataclass
class MemoryTrail:
    """A log group."""

    group: str = "/test/audit"
    log: list[Line] = field(default_factory=list)

    def lines(self, *, since_ms: int | None = None, text: str | None = None) -> Iterator[Line]:
        return (line for line in list(self.log) if since_ms is None or line.ingested_at_ms >= since_ms)

    def ingested(self, from_ms: int, to_ms: int) -> Iterator[Line]:
        return (line for line in self.log if from_ms <= line.ingested_at_ms < to_ms)

    def begun_ms(self) -> int | None:
        return BEGIN_MS

    def write(self, changes: Sequence[Change], ingested_at_ms: int) -> None:
        for change in changes:
            message = audit_event(change).message(with_image=True)
            line = Line(timestamp_ms=round(change.created_at_s * 1000), ingested_at_ms=ingested_at_ms, message=message)
            self.log.append(line)

    def altered(self, position: int, **changes: Any) -> None:
        self.log[position] = replace(self.log[position], **changes)


@dataclass
class MemorySeals:
    """A bucket without any lock."""

    kept: dict[int, SignedSeal | None] = field(default_factory=dict)
    lists: dict[int, bytes] = field(default_factory=dict)

    def numbers(self) -> Iterator[int]:
        return iter(sorted(self.kept))

    def read(self, number: int) -> SignedSeal:
        signed = self.kept[number]
        if signed is None:
            raise MalformedSealError(f"seal {number} cannot be read")
        return signed

    def leaves(self, number: int) -> bytes | None:
        return self.lists.get(number)

    def put_leaves(self, number: int, leaves: bytes) -> None:
        self.lists[number] = leaves

    def put(self, signed: SignedSeal) -> None:
        assert signed.seal.number not in self.kept
        self.kept[signed.seal.number] = signed

    def forge(self, number: int, **changes: Any) -> None:
        """Write another seal in a seal's place, with the signature that was there."""
        signed = self.read(number)
        self.kept[number] = SignedSeal(seal=replace(signed.seal, **changes), signature=signed.signature)


class HashSigner:
    """Signs with a secret; stands for the key."""

    def sign(self, payload: bytes) -> bytes:
        return sha256(b"secret" + payload).digest()

    def has_signed(self, payload: bytes, signature: bytes) -> bool:
        return self.sign(payload) == signature


@dataclass
class MemoryTable:
    """The documents table, as hashes."""

    hashes: dict[str, str] = field(default_factory=dict)

    def pages(self) -> Iterator[Mapping[str, str]]:
        yield self.hashes


@dataclass
class World:
    """Documents that are written, logged and sealed."""

    trail: MemoryTrail = field(default_factory=MemoryTrail)
    seals: MemorySeals = field(default_factory=MemorySeals)
    table: MemoryTable = field(default_factory=MemoryTable)
    now_ms: int = BEGIN_MS
    states: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    number: int = 0

    def change(self, document: str, body: str | None) -> Change:
        """Write a document, or delete it, and return the change; it is not logged yet."""
        self.number += 1
        old, new = self.states.get(document), None if body is None else {"body": {"S": body}}
        raw = record(self.number, document=document, old=old, new=new)
        raw["dynamodb"]["ApproximateCreationDateTime"] = self.now_ms / 1000
        self.states[document] = new
        (change,) = decode_event(event(raw)).changes
        new_hash = audit_event(change).fields["new_hash"]
        if new_hash is None:
            self.table.hashes.pop(document, None)
        else:
            self.table.hashes[document] = new_hash
        return change

    def write(self, document: str, body: str | None) -> None:
        """Write a document, or delete it, and log that."""
        change = self.change(document, body)
        self.trail.write([change], self.now_ms)
        self.now_ms += 1_000

    def seal(self, *, after_ms: int = 60_000) -> list[Seal]:
        """Let time pass, and close what is over."""
        self.now_ms += after_ms
        sealer = Sealer(trail=self.trail, seals=self.seals, signer=HashSigner(), delay_ms=0)
        return sealer.seal(Deadline.after(60, FakeClock(self.now_ms / 1000)))

    def verify(self, **request: Any) -> Verified:
        reader: SealReader = self.seals
        verification = Verification(
            trail=self.trail,
            table=self.table,
            seals=SealCheck(reader=reader, verifier=HashSigner(), kept_since_ms=0),
            pause=lambda _: None,
        )
        return verification.run(now_ms=self.now_ms + 1_000, **request)


def a_world() -> World:
    """Three periods of which two are sealed: a's, b's and c's histories."""
    world = World()
    for number in range(4):
        world.write("a", f"a{number}")
        world.write("b", f"b{number}")
    world.seal()
    world.write("a", None)
    world.write("c", "c0")
    world.write("b", "b4")
    world.seal()
    world.write("c", "c1")
    world.write("b", None)
    return world
