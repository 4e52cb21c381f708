"""Who reads which shard, among several runners."""

from dataclasses import replace

from mapping_world import after

from fanout_local.event_source_mapping.leases import Lease, LeaseWatch, given_up, renewed, taken
from fanout_local.event_source_mapping.position import Position, TrimHorizon

LEASE_TIME_MS = 10_000


class Table:
    """The lease table: every write is on the condition that owner and counter are as they were seen."""

    def __init__(self, *shards: str) -> None:
        self.leases = {shard: Lease(shard_id=shard, position=TrimHorizon()) for shard in shards}

    def write(self, seen: Lease, lease: Lease) -> bool:
        now = self.leases[lease.shard_id]
        if (now.owner, now.counter) != (seen.owner, seen.counter):
            return False
        self.leases[lease.shard_id] = lease
        return True

    def owners(self) -> list[str]:
        return sorted(lease.owner or "" for lease in self.leases.values())


class Runner:
    """A runner that does nothing but keep leases."""

    def __init__(self, name: str, table: Table) -> None:
        self.name = name
        self.table = table
        self.watch = LeaseWatch(runner=name, lease_time_ms=LEASE_TIME_MS)

    def tick(self, now_ms: int) -> None:
        self.watch.seen(self.table.leases.values(), now_ms)
        for lease in self.watch.own():
            self.table.write(lease, renewed(lease))
        for lease in self.watch.to_take(list(self.table.leases), now_ms):
            self.table.write(lease, taken(lease, self.name))


def test_a_runner_alone_takes_all() -> None:
    """At once, as nobody holds them."""
    table = Table(*"abcd")
    Runner("one", table).tick(0)
    assert table.owners() == ["one"] * 4


def test_two_runners_come_to_share_evenly_and_stay_so() -> None:
    """The second takes one at a time until they are even; then no lease goes to and fro."""
    table = Table(*"abcde")
    first, second = Runner("one", table), Runner("two", table)
    first.tick(0)
    for now_ms in range(1_000, 20_000, 1_000):
        first.tick(now_ms)
        second.tick(now_ms)
    owners = {shard: lease.owner for shard, lease in table.leases.items()}
    assert sorted(table.owners()) == ["one"] * 3 + ["two"] * 2
    for now_ms in range(20_000, 60_000, 1_000):
        first.tick(now_ms)
        second.tick(now_ms)
    assert owners == {shard: lease.owner for shard, lease in table.leases.items()}


def test_a_dead_runners_shards_are_taken_within_the_lease_time() -> None:
    """And not before: its counter must have stood still for that long, by the taker's own clock."""
    table = Table(*"abcd")
    first, second = Runner("one", table), Runner("two", table)
    first.tick(0)
    second.tick(5_000)
    took = sum(lease.owner == "two" for lease in table.leases.values())
    for now_ms in range(6_000, 5_000 + LEASE_TIME_MS, 1_000):
        second.tick(now_ms)
    assert sum(lease.owner == "two" for lease in table.leases.values()) <= took + 1
    second.tick(5_000 + LEASE_TIME_MS)
    second.tick(5_000 + LEASE_TIME_MS + 1)
    assert table.owners() == ["two"] * 4


def test_of_two_takers_one_wins() -> None:
    """The other's write fails on the condition."""
    table = Table("a")
    first, second = Runner("one", table), Runner("two", table)
    first.watch.seen(table.leases.values(), 0)
    second.watch.seen(table.leases.values(), 0)
    (for_first,) = first.watch.to_take(["a"], 0)
    (for_second,) = second.watch.to_take(["a"], 0)
    assert table.write(for_first, taken(for_first, "one"))
    assert not table.write(for_second, taken(for_second, "two"))


def test_a_runner_that_comes_back_late_does_not_write_over_the_new_owners_checkpoint() -> None:
    """Its own view of the lease is old."""
    table = Table("a")
    first, second = Runner("one", table), Runner("two", table)
    first.tick(0)
    stale = table.leases["a"]
    second.tick(1)
    second.tick(1 + LEASE_TIME_MS)
    new = table.leases["a"]
    assert new.owner == "two"
    assert table.write(new, renewed(new, after(7)))
    assert not table.write(stale, renewed(stale, after(3)))
    assert table.leases["a"].position == after(7)


def test_a_lease_that_was_given_up_is_free_at_once() -> None:
    """An orderly end makes nobody wait for the lease time; the position stays."""
    table = Table("a")
    first, second = Runner("one", table), Runner("two", table)
    first.tick(0)
    held = table.leases["a"]
    position: Position = after(5)
    assert table.write(held, given_up(replace(held, position=position)))
    second.tick(1)
    assert table.leases["a"].owner == "two"
    assert table.leases["a"].position == position


def test_shards_that_may_not_be_read_are_not_taken() -> None:
    """Children wait for their parents; done shards need nobody."""
    table = Table("a", "b")
    watch = LeaseWatch(runner="one", lease_time_ms=LEASE_TIME_MS)
    watch.seen(table.leases.values(), 0)
    assert [lease.shard_id for lease in watch.to_take(["b"], 0)] == ["b"]
