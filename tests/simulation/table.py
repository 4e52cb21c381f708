"""The documents table and its stream: the truth of what was written, and the lanes by which it comes out."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.simulation.malformed import malformed
from tests.simulation.records import image, stream_record
from tests.simulation.scenario import Fault, Scenario
from tests.simulation.scheduler import Signal

LABELS = ("2026-01-02T03:04:05.678", "2026-02-03T04:05:06.789")
SKIPPED_DOCUMENTS = 9
"""One document in so many is none of a consumer's business."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A stream record and the truth about it.

    Attributes:
        index: its place among all writes.
        document, event_id: None for a record that is none.
        number: its sequence number, also where the record does not carry it as it should.
        version: of the document; None where the write removed it.
        body: the record as text.
        readable: whether it is a change at all.
        poison_for: consumers whose sink will never take it.
        skipped_by: consumers that have no business with it.

    """

    index: int
    at_s: float
    document: str | None
    event_id: str | None
    number: int
    version: int | None
    record: object
    body: str
    readable: bool = True
    poison_for: frozenset[str] = frozenset()
    skipped_by: frozenset[str] = frozenset()


@dataclass(eq=False, kw_only=True)
class Lane:
    """Records that are delivered one batch after the other: a shard's, or a share of it.

    Attributes:
        after: lanes that must be read to their end before this one begins.
        position: how many of its records the mapping is done with.

    """

    name: str
    after: "tuple[Lane, ...]" = ()
    writes: list[Write] = field(default_factory=list)
    position: int = 0
    closed: bool = False
    news: Signal = field(default_factory=Signal)

    def read(self) -> bool:
        return self.position == len(self.writes)


@dataclass(eq=False, kw_only=True)
class Shard:
    """Hands out the sequence numbers of its lanes."""

    number: int
    lanes: list[Lane]


class Table:
    """Documents, their shards and lanes."""

    def __init__(self, scenario: Scenario, rng: Random, opened: Callable[[Lane], None]) -> None:
        """Make the first stream; `opened` is told of each lane that comes into being."""
        self.writes: list[Write] = []
        self.lanes: list[Lane] = []
        self._scenario = scenario
        self._rng = rng
        self._opened = opened
        self._versions: dict[str, int] = {}
        self._images: dict[str, int | None] = {}
        self._label = 0
        digits = rng.randint(22, 25)
        self._shards = [self._shard((), 10**digits - rng.randint(0, 40)) for _ in range(scenario.shards)]

    def _shard(self, after: tuple[Lane, ...], number: int) -> Shard:
        label, place = LABELS[self._label], len(self.lanes)
        lanes = [Lane(name=f"{label[5:7]}/{place}/{n}", after=after) for n in range(self._scenario.lanes)]
        self.lanes += lanes
        return Shard(number=number, lanes=lanes)

    def open(self) -> None:
        """Tell of the lanes that there are."""
        for lane in self.lanes:
            self._opened(lane)

    def split(self) -> None:
        """Close every shard, once; two children take over from each."""
        if len(self._shards) > self._scenario.shards:
            return
        parents, known = self._shards, len(self.lanes)
        self._shards = [self._shard(tuple(p.lanes), p.number + 1000 * child) for p in parents for child in (0, 1)]
        for parent in parents:
            for lane in parent.lanes:
                lane.closed = True
        for lane in self.lanes[known:]:
            self._opened(lane)

    def restore(self) -> None:
        """Give the table a new stream: a later label, sequence numbers that begin anew and lower."""
        if self._label + 1 < len(LABELS):
            self._label += 1
            known = len(self.lanes)
            start = 10**21 - self._rng.randint(0, 40)
            self._shards = [self._shard((), start) for _ in range(self._scenario.shards)]
            for lane in self.lanes[known:]:
                self._opened(lane)

    def _place(self, document: int) -> int:
        """Return the place of a document's shard: after a split, one of the two children of its shard before."""
        first = document % self._scenario.shards
        if len(self._shards) == self._scenario.shards:
            return first
        return 2 * first + document // self._scenario.shards % 2

    def write(self, at_s: float, *, healthy: bool) -> tuple[Lane, Write]:
        """Change one document; return where it went, and the write. `healthy`: neither poison nor malformed."""
        rng, scenario = self._rng, self._scenario
        number = rng.randrange(scenario.documents)
        document = f"document-{number}"
        shard = self._shards[self._place(number)]
        lane = shard.lanes[number // len(self._shards) % len(shard.lanes)]
        shard.number += rng.randint(1, 3)
        removed = self._images.get(document) is not None and rng.random() < 0.15
        version = self._versions.get(document, 0) + 1
        record = stream_record(
            number=shard.number,
            event_id=f"{rng.getrandbits(128):032x}",
            label=LABELS[self._label],
            document=document,
            old=None if (old := self._images.get(document)) is None else image(document, old),
            new=None if removed else image(document, version),
            at_s=at_s,
        )
        poison = {name for name in scenario.consumers if rng.random() < scenario.chance(Fault.POISON)}
        bad = rng.random() < scenario.chance(Fault.MALFORMED)
        index = len(self.writes)
        if bad and not healthy:
            spoiled, event_id = malformed(record, rng)
            write = Write(
                index=index, at_s=at_s, document=None, event_id=event_id, number=shard.number, version=None,
                record=spoiled, body=json.dumps(spoiled), readable=False,
            )  # fmt: skip
        else:
            self._versions[document] = version
            self._images[document] = None if removed else version
            write = Write(
                index=index,
                at_s=at_s,
                document=document,
                event_id=str(record["eventID"]),
                number=shard.number,
                version=None if removed else version,
                record=record,
                body=json.dumps(record),
                poison_for=frozenset() if healthy else frozenset(poison),
                skipped_by=frozenset(
                    name
                    for place, name in enumerate(scenario.consumers)
                    if number % SKIPPED_DOCUMENTS == SKIPPED_DOCUMENTS - 2 - place
                ),
            )
        self.writes.append(write)
        lane.writes.append(write)
        return lane, write
