"""Seals: what a period of the log held, fixed for good."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from consumers.audit_log.trail.lines import Line
from consumers.audit_log.trail.merkle import GrowingTree, leaf_hash
from stream_processor.errors import FanoutError

SCHEMA_VERSION = 1


class MalformedSealError(FanoutError):
    """What lies in the place of a seal is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One period by ingestion time, and the tree of all events up to its end.

    Attributes:
        number: 0, 1, 2, ...
        log_group: the log that is sealed.
        from_ms: of the period, included; to_ms: not included.
        events: lines of the period.
        tree_size: lines of all periods up to this one: leaves of the tree, whose root in hexadecimal is `root`.
        frontier: of the tree, in hexadecimal; see `consumers.audit_log.trail.merkle`.
        leaves_sha256: of the list of the period's leaves.
        previous: SHA-256 of the seal before; None for the first.

    """

    number: int
    log_group: str
    from_ms: int
    to_ms: int
    sealed_at_ms: int
    events: int
    tree_size: int
    root: str
    frontier: tuple[str, ...]
    leaves_sha256: str
    previous: str | None

    @property
    def payload(self) -> bytes:
        """What is signed: JSON with sorted names, without white space."""
        fields = {"schema_version": SCHEMA_VERSION, **asdict(self)}
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    @property
    def digest(self) -> str:
        """What the next seal names."""
        return sha256(self.payload).hexdigest()

    def tree(self) -> GrowingTree:
        """Return the tree that the next period goes on from.

        Raises:
            MalformedSealError: size and frontier contradict each other.

        """
        try:
            return GrowingTree(self.tree_size, [bytes.fromhex(node) for node in self.frontier])
        except ValueError as error:
            raise MalformedSealError(f"seal {self.number}: {error}") from None

    @staticmethod
    def read(fields: object) -> "Seal":
        """Read a seal's fields.

        Raises:
            MalformedSealError: they are not those of this schema version.

        """
        if not isinstance(fields, Mapping) or fields.get("schema_version") != SCHEMA_VERSION:
            raise MalformedSealError(f"not a seal of schema version {SCHEMA_VERSION}")
        try:
            return Seal(**{**_known(fields), "frontier": tuple(fields["frontier"])})
        except (KeyError, TypeError) as error:
            raise MalformedSealError(f"not the fields of a seal: {error}") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedSeal:
    """A seal and its signature over `Seal.payload`."""

    seal: Seal
    signature: bytes


def leaf_of(line: Line) -> bytes:
    """Return the hash of the leaf of a line: its time, a line feed, its message."""
    return leaf_hash(f"{line.timestamp_ms}\n{line.message}".encode("utf-8", "surrogatepass"))


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "schema_version"}
