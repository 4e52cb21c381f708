"""One runner's hold on one mapping's shards, kept in the state table."""

import logging
from collections.abc import Mapping, Sequence

from fanout_local.event_source_mapping.leases import Lease, LeaseWatch, given_up, renewed, taken
from fanout_local.event_source_mapping.position import Position
from fanout_local.event_source_mapping.runner.owner import surely_dead
from fanout_local.event_source_mapping.runner.state_table import StateTable

logger = logging.getLogger(__name__)


class HeldLeases:
    """What this runner believes of the table, as last read or written. Methods that write raise botocore's errors."""

    def __init__(self, *, mapping_id: str, table: StateTable, runner: str, lease_ms: int) -> None:
        """`runner`: this runner's name; `lease_ms`: after so long a silence a holder is taken for dead."""
        self._mapping_id = mapping_id
        self._table = table
        self._runner = runner
        self._lease_ms = lease_ms
        self._watch = LeaseWatch(runner=runner, lease_time_ms=lease_ms)
        self._leases: dict[str, Lease] = {}
        self._written_ms: dict[str, int] = {}

    @property
    def leases(self) -> Mapping[str, Lease]:
        """All of the mapping's, by shard."""
        return self._leases

    @property
    def positions(self) -> dict[str, Position]:
        """All of the mapping's, by shard."""
        return {shard_id: lease.position for shard_id, lease in self._leases.items()}

    def seen(self, leases: Mapping[str, Lease], now_ms: int) -> None:
        """Take in what was just read of the table; a lease of a runner whose process is gone is nobody's."""
        self._leases = dict(leases)
        self._note(now_ms)

    def begin(self, beginnings: Mapping[str, Position], now_ms: int) -> None:
        """Write the first leases of shards that have none; one that another runner wrote is found at the next read."""
        for shard_id, position in beginnings.items():
            lease = Lease(shard_id=shard_id, position=position)
            if self._table.add(self._mapping_id, lease):
                self._leases[shard_id] = lease
        self._note(now_ms)

    def take(self, readable: Sequence[str], now_ms: int) -> list[Lease]:
        """Take this runner's share of the shards; return the leases that it got."""
        got = []
        for lease in self._watch.to_take(readable, now_ms):
            mine = taken(self._leases[lease.shard_id], self._runner)
            if self._replace(mine, now_ms):
                got.append(mine)
        self._note(now_ms)
        return got

    def holds(self, shard_id: str, now_ms: int) -> bool:
        """Tell whether this runner holds the lease, and renewed it within the lease time."""
        lease = self._leases.get(shard_id)
        renewed_ms = self._written_ms.get(shard_id, 0)
        return lease is not None and lease.owner == self._runner and now_ms - renewed_ms < self._lease_ms

    def keep(self, shard_id: str, position: Position, now_ms: int) -> None:
        """Write the checkpoint when it is a new one, else renew the lease when that is due."""
        lease = self._leases[shard_id]
        due = now_ms - self._written_ms.get(shard_id, 0) >= self._lease_ms // 4
        if due or position != lease.position:
            self._replace(renewed(lease, position), now_ms)

    def give_up(self, shard_id: str, position: Position, now_ms: int) -> None:
        """Write the checkpoint, and leave the shard to whoever wants it."""
        lease = self._leases.get(shard_id)
        if lease is not None and lease.owner == self._runner:
            self._replace(given_up(renewed(lease, position)), now_ms)

    def forget(self, shard_ids: Sequence[str]) -> None:
        """Delete the leases of shards that the stream no longer has."""
        for shard_id in shard_ids:
            self._table.forget(self._mapping_id, self._leases.pop(shard_id))

    def _replace(self, new: Lease, now_ms: int) -> bool:
        """Write a lease over the one that was seen; without it, the table's is another runner's by now."""
        if not self._table.replace(self._mapping_id, self._leases[new.shard_id], new):
            logger.info("mapping %s: the lease of %s is another runner's now", self._mapping_id, new.shard_id)
            del self._leases[new.shard_id]
            self._written_ms.pop(new.shard_id, None)
            return False
        self._leases[new.shard_id] = new
        self._written_ms[new.shard_id] = now_ms
        return True

    def _note(self, now_ms: int) -> None:
        self._watch.seen(
            [given_up(lease) if self._is_nobodys(lease, now_ms) else lease for lease in self._leases.values()], now_ms
        )

    def _is_nobodys(self, lease: Lease, now_ms: int) -> bool:
        """Tell of a runner whose process is gone, and of this one's own lease that it did not renew in time."""
        if lease.owner == self._runner:
            return not self.holds(lease.shard_id, now_ms)
        return lease.owner is not None and surely_dead(lease.owner)
