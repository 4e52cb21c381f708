"""A new mapping without downtime: a second index is filled beside the live one, and takes its place at once.

| phase      | what happens                                                            |
|------------|-------------------------------------------------------------------------|
| announced  | the candidate is there, with its alias: whoever writes, writes to both  |
| filling    | after the barrier: tombstones are copied, then the table's documents created |
| verifying  | dirty keys are repaired, the candidate is audited and mended, then the alias moved |
| swapped    | after the barrier, keys that were marked dirty last are repaired, and the old index is dropped |

The barrier is as long as a function may still write without knowing of the candidate, or of its end. The phase stands
in the candidate's mapping, so a reindex that was interrupted goes on where it was. Until the swap it can be rolled
back: searches have seen nothing of it. After the swap the way is forward only: the old index has missed changes.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from opensearchpy import OpenSearch

from consumers.search_index.audit import AuditReport
from consumers.search_index.candidate import REMEMBERED_S, candidate_alias
from consumers.search_index.entry import ALIAS_FILTER
from consumers.search_index.index import index_body, live_index, versions
from consumers.search_index.notes import Notes
from consumers.search_index.repair import KeyRepair, KeyToMend
from stream_processor.deadline import Clock, Deadline
from stream_processor.errors import FanoutError
from stream_processor.outcome import Delivered, Rejected

MARGIN_S = 5.0
COPY_S = 3600.0
MEND_S = 600.0
ROUNDS = 5


class Phase(StrEnum):
    """How far a reindex is."""

    ANNOUNCED = "announced"
    FILLING = "filling"
    VERIFYING = "verifying"
    SWAPPED = "swapped"


class ReindexError(FanoutError):
    """The reindex cannot go on, or cannot be rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexing:
    """A reindex under way.

    Attributes:
        index: the new index.
        old: the index that it replaces.
        since_ms: when the phase began.

    """

    index: str
    old: str
    phase: Phase
    since_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindex:
    """Goes through the phases; each step can be taken again.

    Attributes:
        invocation_s: the longest time-out of the functions that write.
        backfill: fills the index of that name, through that alias.
        audit: compares the index of that name with the table.
        tell: told what begins.

    """

    client: OpenSearch
    alias: str
    notes: Notes
    repair: KeyRepair
    invocation_s: float
    backfill: Callable[[str, str], None]
    audit: Callable[[str], AuditReport]
    clock: Clock
    tell: Callable[[str], None] = lambda _: None
    pause: Callable[[float], None] = time.sleep

    def under_way(self) -> Reindexing | None:
        """Return the reindex that was begun and not ended."""
        for _, index in sorted(versions(self.client, self.alias).items(), reverse=True):
            meta = self.client.indices.get_mapping(index=index)[index]["mappings"].get("_meta", {})
            if "phase" in meta:
                return Reindexing(
                    index=index, old=meta["replaces"], phase=Phase(meta["phase"]), since_ms=meta["since_ms"]
                )
        return None

    def begin(self) -> Reindexing:
        """Make the candidate and announce it, in one step."""
        old = live_index(self.client, self.alias)
        index = f"{self.alias}-v{max(versions(self.client, self.alias)) + 1}"
        now_ms = self.clock.now_ms()
        meta = {"phase": Phase.ANNOUNCED, "replaces": old, "since_ms": now_ms}
        self.tell(f"{index} is announced beside {old}: every change is written to both")
        self.notes.make()
        self.client.indices.create(index=index, body=index_body({candidate_alias(self.alias): {}}, meta))
        return Reindexing(index=index, old=old, phase=Phase.ANNOUNCED, since_ms=now_ms)

    def run(self) -> str:
        """Begin, or go on; return the index that is live in the end.

        Raises:
            ReindexError, BackfillError: what is in the way; the reindex can be gone on with.

        """
        now = self.under_way() or self.begin()
        while now.phase is not Phase.SWAPPED:
            now = self._step(now)
        self._finish(now)
        return now.index

    def roll_back(self) -> str:
        """Drop the candidate; return its name.

        Raises:
            ReindexError: there is none, or the swap has been made.

        """
        now = self.under_way()
        if now is None:
            raise ReindexError("no reindex is under way: there is nothing to roll back")
        if now.phase is Phase.SWAPPED or live_index(self.client, self.alias) == now.index:
            raise ReindexError(
                f"{now.index} is live already, and {now.old} has missed changes since: finish with "
                "`fanout index reindex`; to have the former mapping back, deploy it and reindex again"
            )
        self.client.indices.delete(index=now.index)
        self._forget(now)
        return now.index

    def _step(self, now: Reindexing) -> Reindexing:
        match now.phase:
            case Phase.ANNOUNCED:
                self._barrier(now)
                return self._enter(now, Phase.FILLING)
            case Phase.FILLING:
                self.tell("copying tombstones")
                self._copy_tombstones(now)
                self.tell(f"filling {now.index} from the table")
                self.backfill(now.index, candidate_alias(self.alias))
                return self._enter(now, Phase.VERIFYING)
            case Phase.VERIFYING if live_index(self.client, self.alias) != now.index:
                self._mend(candidate_alias(self.alias))
                self._verify(now)
                self._swap(now)
        return self._enter(now, Phase.SWAPPED)

    def _finish(self, now: Reindexing) -> None:
        self._barrier(now)
        self._mend(self.alias)
        if self.client.indices.exists(index=now.old):
            self.tell(f"dropping {now.old}")
            self.client.indices.delete(index=now.old)
        self._forget(now)
        meta = self._meta(now.index)
        mark = {name: value for name, value in meta.items() if name not in ("phase", "replaces", "since_ms")}
        self.client.indices.put_mapping(index=now.index, body={"_meta": mark})

    def _barrier(self, now: Reindexing) -> None:
        """Wait until every writer knows what was announced when the phase began."""
        ends_at_ms = now.since_ms + (REMEMBERED_S + self.invocation_s + MARGIN_S) * 1000
        wait_s = (ends_at_ms - self.clock.now_ms()) / 1000
        if wait_s > 0:
            self.tell(f"waiting {wait_s:.0f} s, until every writer knows")
            self.pause(wait_s)

    def _enter(self, now: Reindexing, phase: Phase) -> Reindexing:
        since_ms = self.clock.now_ms()
        meta = {**self._meta(now.index), "phase": phase, "since_ms": since_ms}
        self.client.indices.put_mapping(index=now.index, body={"_meta": meta})
        return Reindexing(index=now.index, old=now.old, phase=phase, since_ms=since_ms)

    def _meta(self, index: str) -> Mapping[str, Any]:
        meta: Mapping[str, Any] = self.client.indices.get_mapping(index=index)[index]["mappings"].get("_meta", {})
        return meta

    def _copy_tombstones(self, now: Reindexing) -> None:
        self.client.indices.refresh(index=now.old)
        body = {
            "conflicts": "proceed",
            "source": {"index": now.old, "query": {"term": {"deleted": True}}},
            "dest": {"index": now.index, "op_type": "create"},
        }
        failures = self.client.reindex(body=body, params={"refresh": "true"}, request_timeout=COPY_S)["failures"]
        if failures:
            raise ReindexError(f"{now.index} does not take every tombstone: {failures[0]}")

    def _mend(self, target: str) -> None:
        for dirty in self.notes.dirty():
            self.tell(f"repairing {len(dirty)} keys that the new index refused")
            keys = [KeyToMend(document_id=key.document_id, keys=key.keys) for key in dirty]
            outcomes = dict(self.repair.mend(target, keys, Deadline.after(MEND_S, self.clock)))
            failed = {i: o for i, o in outcomes.items() if not isinstance(o, Delivered)}
            for document_id, outcome in failed.items():
                what = "the new mapping refuses" if isinstance(outcome, Rejected) else "could not be repaired:"
                raise ReindexError(f"{document_id}: {what} {outcome}. Mend the mapping, roll back, and begin again")
            self.notes.clean(dirty)

    def _verify(self, now: Reindexing) -> None:
        for number in range(ROUNDS):
            self.tell(f"comparing {now.index} with the table")
            report = self.audit(now.index)
            if not report.drift:
                return
            self.tell(f"repairing {len(report.drift)} keys, round {number + 1}")
            keys = [KeyToMend(document_id=it.document_id, keys=it.keys) for it in report.drift]
            dict(self.repair.mend(candidate_alias(self.alias), keys, Deadline.after(MEND_S, self.clock)))
        some = ", ".join(f"{it.document_id} ({it.kind})" for it in report.drift[:5])
        raise ReindexError(f"{now.index} differs from the table after {ROUNDS} rounds of repair, as in {some}")

    def _swap(self, now: Reindexing) -> None:
        self.tell(f"{self.alias} now stands for {now.index}")
        actions: list[dict[str, Any]] = [
            {"add": {"index": now.index, "alias": self.alias, "filter": ALIAS_FILTER}},
            {"remove": {"index": now.old, "alias": self.alias}},
            {"remove": {"index": now.index, "alias": candidate_alias(self.alias)}},
        ]
        self.client.indices.update_aliases(body={"actions": actions})

    def _forget(self, now: Reindexing) -> None:
        self.notes.forget(now.index)
        self.notes.forget_dirty()
