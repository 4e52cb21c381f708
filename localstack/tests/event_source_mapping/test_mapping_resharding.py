"""Resharding under load: a stream in memory that splits, splits again and merges while several runners read it."""

import heapq
import json
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from mapping_world import START_MS, numbers_of, raw_record, settings

from fanout_local.event_source_mapping.commands import Checkpoint, Command, Invoke, Read, WaitUntil
from fanout_local.event_source_mapping.happenings import Happening, Invoked, RecordsRead, TimePassed
from fanout_local.event_source_mapping.lineage import ShardDescription, beginnings, readable
from fanout_local.event_source_mapping.position import After, Position
from fanout_local.event_source_mapping.settings import MappingSettings, StartingPosition
from fanout_local.event_source_mapping.shard import Shard

ITEMS = 24


@dataclass
class MemoryShard:
    """Holds the items whose numbers are in its range."""

    description: ShardDescription
    items: range
    records: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False


class MemoryStream:
    """A stream whose shards can be split and merged."""

    def __init__(self) -> None:
        self.shards = {"s0": MemoryShard(ShardDescription(shard_id="s0"), range(ITEMS))}
        self._count = 0

    def write(self, item: int) -> None:
        self._count += 1
        record = raw_record(self._count, f"item-{item}")
        next(shard for shard in self._open() if item in shard.items).records.append(record)

    def split(self, name: str) -> None:
        parent = self._close(name)
        middle = parent.items.start + len(parent.items) // 2
        for items in (range(parent.items.start, middle), range(middle, parent.items.stop)):
            self._add(items, name)

    def merge(self, left: str, right: str) -> None:
        first, second = self._close(left), self._close(right)
        self._add(range(first.items.start, second.items.stop), left, right)

    def describe(self) -> list[ShardDescription]:
        return [shard.description for shard in self.shards.values()]

    def names(self) -> list[str]:
        """The open shards, in the order of their items."""
        return [shard.description.shard_id for shard in sorted(self._open(), key=lambda shard: shard.items.start)]

    def read(self, name: str, command: Read) -> RecordsRead:
        shard, position = self.shards[name], command.position
        seen = int(position.sequence_number) if isinstance(position, After) else -1
        rest = [record for record in shard.records if int(record["dynamodb"]["SequenceNumber"]) > seen]
        return RecordsRead(records=tuple(rest[: command.limit]), at_end=shard.closed and len(rest) <= command.limit)

    def _open(self) -> list[MemoryShard]:
        return [shard for shard in self.shards.values() if not shard.closed]

    def _close(self, name: str) -> MemoryShard:
        self.shards[name].closed = True
        return self.shards[name]

    def _add(self, items: range, parent: str, second: str | None = None) -> None:
        name = f"s{len(self.shards)}"
        description = ShardDescription(shard_id=name, parent_id=parent, second_parent_id=second)
        self.shards[name] = MemoryShard(description, items)


class Mapping:
    """Runs the machines of all shards that may be read, as a runner does, and dies now and then."""

    def __init__(self, stream: MemoryStream, said: MappingSettings, seed: int) -> None:
        self.stream = stream
        self.settings = said
        self.chance = random.Random(seed)
        self.now_ms = START_MS
        self.positions: dict[str, Position] = {}
        self.machines: dict[str, Shard] = {}
        self.seen: dict[str, list[int]] = defaultdict(list)
        """What the function took, by item."""
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def at(self, at_ms: int, action: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at_ms, self._count, action))

    def run(self, until_ms: int) -> None:
        while self._heap and self._heap[0][0] <= until_ms:
            self.now_ms, _, action = heapq.heappop(self._heap)
            action()

    def look(self) -> None:
        """Describe the stream, begin with new shards, start what may be read."""
        shards = self.stream.describe()
        self.positions |= beginnings(shards, self.positions, StartingPosition.TRIM_HORIZON, self.now_ms)
        for name in readable(shards, self.positions):
            if name not in self.machines:
                machine = Shard(settings=self.settings, shard_id=name, position=self.positions[name])
                self.machines[name] = machine
                self.tell(name, machine, TimePassed())
        self.at(self.now_ms + 300, self.look)

    def die(self) -> None:
        """Forget everything but the stored positions, as after SIGKILL; answers under way are lost."""
        self.machines.clear()

    def tell(self, name: str, machine: Shard, happening: Happening) -> None:
        if self.machines.get(name) is machine:
            for command in machine.handle(happening, self.now_ms):
                self._carry_out(name, machine, command)

    def _carry_out(self, name: str, machine: Shard, command: Command) -> None:
        match command:
            case Read():
                answer = self.stream.read(name, command)
                self.at(self.now_ms + self.chance.randint(1, 20), lambda: self.tell(name, machine, answer))
            case Invoke(invocation=invocation, payload=payload):
                answered = Invoked(
                    invocation=invocation,
                    payload=b"null",
                    function_error="Unhandled" if self.chance.random() < 0.1 else None,
                )
                if answered.function_error is None:
                    self._take(json.loads(payload))
                self.at(self.now_ms + self.chance.randint(1, 200), lambda: self.tell(name, machine, answered))
            case WaitUntil(at_ms=at_ms):
                self.at(at_ms, lambda: self.tell(name, machine, TimePassed()))
            case Checkpoint(position=position):
                self.positions[name] = position
            case _:
                pass

    def _take(self, event: dict[str, Any]) -> None:
        for number, record in zip(numbers_of(event), event["Records"], strict=True):
            self.seen[record["dynamodb"]["Keys"]["id"]["S"]].append(number)


def _first_seen(numbers: list[int]) -> list[int]:
    return list(dict.fromkeys(numbers))


@pytest.mark.parametrize("factor", [1, 4])
@pytest.mark.parametrize("deaths", [0, 5])
@pytest.mark.parametrize("seed", range(3))
def test_split_split_again_and_merge_under_load_keep_the_order_of_each_item(
    factor: int, deaths: int, seed: int
) -> None:
    """Nothing is lost; nothing comes before an older one of its item first came; without deaths nothing comes twice."""
    stream, chance = MemoryStream(), random.Random(seed)
    mapping = Mapping(stream, settings(parallelization_factor=factor, batch_size=5), seed)
    mapping.look()
    for moment in range(1, 1_201):
        mapping.at(START_MS + moment * 10, lambda: stream.write(chance.randrange(ITEMS)))
    for second, action in enumerate((stream.split, stream.split, stream.split), start=2):
        mapping.at(START_MS + second * 1_000, lambda action=action: action(chance.choice(stream.names())))  # type: ignore[misc]
    for second in (6, 8):
        mapping.at(START_MS + second * 1_000, lambda: _merge_two(stream, chance))
    for _ in range(deaths):
        mapping.at(START_MS + chance.randint(1_000, 11_000), mapping.die)
    mapping.run(START_MS + 300_000)
    assert len(stream.shards) == 1 + 3 * 2 + 2
    delivered = sorted({number for numbers in mapping.seen.values() for number in numbers})
    assert delivered == list(range(1, 1_201))
    for numbers in mapping.seen.values():
        assert _first_seen(numbers) == sorted(set(numbers))
    if not deaths:
        assert sum(map(len, mapping.seen.values())) == 1_200


def _merge_two(stream: MemoryStream, chance: random.Random) -> None:
    names = stream.names()
    place = chance.randrange(len(names) - 1)
    stream.merge(names[place], names[place + 1])
