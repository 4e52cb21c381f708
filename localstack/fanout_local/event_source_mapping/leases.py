"""Who reads which shard: leases as values, after the Kinesis client's. Pure.

A lease is one item of a table. Its holder raises the counter in time; who sees a counter stand still for the lease
time, by its own clock, may take the lease. Every write is on the condition that owner and counter are as they were
seen, so of two takers one wins, and a holder that comes back late writes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanout_local.event_source_mapping.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One shard of one mapping, as the table holds it."""

    shard_id: str
    position: Position
    owner: str | None = None
    """A runner; None: nobody, it may be taken at once."""
    counter: int = 0
    """Raised by every write."""


class LeaseWatch:
    """One runner's view of a mapping's leases: which are its own, which have stood still, which to take."""

    def __init__(self, *, runner: str, lease_time_ms: int) -> None:
        """Know nothing yet.

        Args:
            runner: this runner's name; no other's, nor that of its own last life.
            lease_time_ms: how long a counter stands still before its holder is taken for dead.

        """
        raise NotImplementedError

    def seen(self, leases: Iterable[Lease], now_ms: int) -> None:
        """Take in the whole table of the mapping, as just read (strongly consistent)."""
        raise NotImplementedError

    def to_take(self, readable: Sequence[str], now_ms: int) -> list[Lease]:
        """Return leases to take now, by `taken`: free or stood-still ones first, then a busier runner's, one a call.

        A runner takes what makes its share even: all readable shards over all runners alive, rounded up.
        """
        raise NotImplementedError

    def to_renew(self) -> list[Lease]:
        """Return this runner's leases, each to be written by `renewed` well within the lease time."""
        raise NotImplementedError


def taken(lease: Lease, runner: str) -> Lease:
    """Return the lease as its taker writes it, on condition that the table still holds `lease`'s owner and counter."""
    return Lease(shard_id=lease.shard_id, position=lease.position, owner=runner, counter=lease.counter + 1)


def renewed(lease: Lease, position: Position | None = None) -> Lease:
    """Return the lease as its holder writes it (with a new checkpoint or without), on the same condition."""
    return Lease(
        shard_id=lease.shard_id, position=position or lease.position, owner=lease.owner, counter=lease.counter + 1
    )


def given_up(lease: Lease) -> Lease:
    """Return the lease as a holder writes it that ends in an orderly way: free for anyone at once."""
    return Lease(shard_id=lease.shard_id, position=lease.position, owner=None, counter=lease.counter + 1)
