"""One runner's hold on a mapping's shards."""

from dataclasses import replace

from fanout_local.event_source_mapping.leases import Lease, taken
from fanout_local.event_source_mapping.position import After, TrimHorizon
from fanout_local.event_source_mapping.runner.mapping_leases import HeldLeases
from fanout_local.event_source_mapping.runner.owner import new_owner, surely_dead

LEASE_MS = 10_000


class Table:
    """The state table in memory, with its conditions."""

    def __init__(self) -> None:
        self.leases: dict[str, Lease] = {}

    def add(self, _mapping_id: str, lease: Lease) -> bool:
        """A first lease."""
        return self.leases.setdefault(lease.shard_id, lease) is lease

    def replace(self, _mapping_id: str, old: Lease, new: Lease) -> bool:
        """A lease over the one that was seen."""
        if self.leases[new.shard_id].counter != old.counter:
            return False
        self.leases[new.shard_id] = new
        return True


def held(table: Table, runner: str) -> HeldLeases:
    """A runner's view, which begins the one shard if nobody has."""
    leases = HeldLeases(mapping_id="m", table=table, runner=runner, lease_ms=LEASE_MS)
    leases.seen(table.leases, 0)
    leases.begin({"shard": TrimHorizon()}, 0)
    leases.seen(table.leases, 0)
    return leases


def test_a_checkpoint_is_not_written_over_the_new_owners() -> None:
    """A runner that comes back late finds its write refused, and knows that the lease is lost."""
    table = Table()
    late = held(table, "late")
    assert late.take(["shard"], 0)
    table.leases["shard"] = replace(taken(table.leases["shard"], "new"), position=After(sequence_number="9"))
    late.keep("shard", After(sequence_number="5"), 100)
    assert not late.holds("shard", 100)
    assert table.leases["shard"].position == After(sequence_number="9")
    assert table.leases["shard"].owner == "new"


def test_an_own_lease_that_was_not_renewed_in_time_is_taken_anew() -> None:
    """After a stop longer than the lease time the shard is let go, and taken again when nobody else did."""
    table = Table()
    leases = held(table, "me")
    assert leases.take(["shard"], 0)
    leases.seen(table.leases, LEASE_MS)
    assert not leases.holds("shard", LEASE_MS)
    assert leases.take(["shard"], LEASE_MS)
    assert leases.holds("shard", LEASE_MS)


def test_a_lease_of_a_process_that_is_gone_is_taken_at_once() -> None:
    """Without waiting for the lease time: the name says which process of this machine it was."""
    table = Table()
    alive = new_owner()
    host, pid, _, _ = alive.split("/")
    dead = f"{host}/{pid}/1.0/00000000"
    assert surely_dead(dead)
    assert not surely_dead(alive)
    assert not surely_dead("elsewhere/1/1.0/00000000")
    assert held(table, dead).take(["shard"], 0)
    assert held(table, alive).take(["shard"], 1)


def test_renewals_are_spared() -> None:
    """Nothing is written while nothing is new and the lease is young."""
    table = Table()
    leases = held(table, "me")
    (mine,) = leases.take(["shard"], 0)
    leases.keep("shard", mine.position, 100)
    assert table.leases["shard"].counter == mine.counter
    leases.keep("shard", mine.position, LEASE_MS // 4)
    assert table.leases["shard"].counter == mine.counter + 1
