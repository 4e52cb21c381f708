"""Who reads which shard: leases as values, after the Kinesis client's. Pure.

A lease is one item of a table. Its holder raises the counter in time; who sees a counter stand still for the lease
time, by its own clock, may take the lease. Every write is on the condition that owner and counter are as they were
seen, so of two takers one wins, and a holder that comes back late writes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    lease: Lease
    since_ms: int
    """When owner and counter were first seen as they are, by this runner's clock."""


class LeaseWatch:
    """One runner's view of a mapping's leases: which are its own, which have stood still, which to take."""

    def __init__(self, *, runner: str, lease_time_ms: int) -> None:
        """Know nothing yet.

        Args:
            runner: this runner's name; no other's, nor that of its own last life.
            lease_time_ms: how long a counter stands still before its holder is taken for dead.

        """
        self._runner = runner
        self._lease_time_ms = lease_time_ms
        self._seen: dict[str, _Seen] = {}

    def seen(self, leases: Iterable[Lease], now_ms: int) -> None:
        """Take in the whole table of the mapping, as just read (strongly consistent)."""
        before, self._seen = self._seen, {}
        for lease in leases:
            known = before.get(lease.shard_id)
            same = known is not None and (known.lease.owner, known.lease.counter) == (lease.owner, lease.counter)
            since_ms = known.since_ms if known is not None and same else now_ms
            self._seen[lease.shard_id] = _Seen(lease=lease, since_ms=since_ms)

    def own(self) -> list[Lease]:
        """Return this runner's leases: each is to be written by `renewed` well within the lease time."""
        return [seen.lease for seen in self._seen.values() if seen.lease.owner == self._runner]

    def to_take(self, readable: Sequence[str], now_ms: int) -> list[Lease]:
        """Return leases to take now, by `taken`: free or stood-still ones, else one of a runner that has too many.

        A runner takes up to its even share of the readable shards over all runners alive, rounded up. From a busier
        runner it takes one a call, and only while that one has at least two more than itself: so none goes to and fro.
        """
        leases = [self._seen[shard_id] for shard_id in readable if shard_id in self._seen]
        free = [seen.lease for seen in leases if self._is_free(seen, now_ms)]
        held = Counter(seen.lease.owner for seen in leases if not self._is_free(seen, now_ms))
        mine = held[self._runner]
        held[self._runner] = mine
        share = -(-len(leases) // len(held))
        if free:
            return free[: max(0, share - mine)]
        busiest, most = held.most_common(1)[0]
        if most < mine + 2:
            return []
        return [seen.lease for seen in leases if seen.lease.owner == busiest][:1]

    def _is_free(self, seen: _Seen, now_ms: int) -> bool:
        owner = seen.lease.owner
        stood_still = now_ms - seen.since_ms >= self._lease_time_ms
        return owner is None or (owner != self._runner and stood_still)


def taken(lease: Lease, runner: str) -> Lease:
    """Return the lease as its taker writes it, on condition that the table still holds `lease`'s owner and counter."""
    return replace(lease, owner=runner, counter=lease.counter + 1)


def renewed(lease: Lease, position: Position | None = None) -> Lease:
    """Return the lease as its holder writes it (with a new checkpoint or without), on the same condition."""
    return replace(lease, position=position or lease.position, counter=lease.counter + 1)


def given_up(lease: Lease) -> Lease:
    """Return the lease as a holder writes it that ends in an orderly way: free for anyone at once."""
    return replace(lease, owner=None, counter=lease.counter + 1)
