"""The index behind the alias. It is made by people and by the deployment, never by the functions."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import RequestError

from consumers.search_index.candidate import candidate_alias
from consumers.search_index.entry import ALIAS_FILTER, MAPPINGS
from consumers.search_index.newer_wins import SCRIPT, SCRIPT_ID
from consumers.search_index.notes import Notes
from stream_processor.errors import FanoutError

FIRST_VERSION = 1
SETTINGS = {
    "index": {
        "number_of_shards": 1,
        "auto_expand_replicas": "0-1",
        # Named, it also holds for an index that nobody searches; otherwise such a one stops refreshing.
        "refresh_interval": "1s",
    }
}
EXISTS = "resource_already_exists_exception"


class IndexNameTakenError(FanoutError):
    """The alias' name is taken by an index. A person must move that away."""


class NoIndexError(FanoutError):
    """There is no index behind the alias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCreation:
    """What `create_index` found or made.

    Attributes:
        index: the index that the alias stands for.
        created: False if the alias was there before.

    """

    index: str
    created: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """How an index is.

    Attributes:
        health: of OpenSearch: green, yellow (no copy, as on one node) or red (a shard is missing).
        documents: entries that a search can find.
        tombstones: entries of deleted documents.
        mapping_is_ours: whether its mapping is the one that this version would give it; if not, reindex.
        role: "live", "candidate", or "left over" from a reindex that was interrupted.

    """

    index: str
    role: str
    health: str
    documents: int
    tombstones: int
    bytes: int
    mapping_is_ours: bool


def create_index(client: OpenSearch, alias: str) -> IndexCreation:
    """Make the stored script, the notes, the index ``<alias>-v1`` and its filtered alias, as far as they are missing.

    Raises:
        IndexNameTakenError: an index has the alias' name.
        opensearchpy.exceptions.OpenSearchException: the cluster refuses or does not answer.

    """
    client.put_script(id=SCRIPT_ID, body={"script": SCRIPT})
    Notes(client, alias).make()
    if client.indices.exists_alias(name=alias):
        return IndexCreation(index=", ".join(sorted(client.indices.get_alias(name=alias))), created=False)
    if client.indices.exists(index=alias):
        raise IndexNameTakenError(
            f"{alias!r} is an index, but must be an alias: copy what is in it, delete it, then create again"
        )
    index = f"{alias}-v{FIRST_VERSION}"
    try:
        client.indices.create(index=index, body=index_body({alias: {"filter": ALIAS_FILTER}}))
    except RequestError as error:
        if error.error != EXISTS:
            raise
        client.indices.put_alias(index=index, name=alias, body={"filter": ALIAS_FILTER})
    return IndexCreation(index=index, created=True)


def index_body(aliases: Mapping[str, Any], meta: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what makes an index with this version's mapping, and the mark that tells the mapping."""
    mappings = {**MAPPINGS, "_meta": {"mapping": mapping_mark(), **(meta or {})}}
    return {"settings": SETTINGS, "mappings": mappings, "aliases": dict(aliases)}


def mapping_mark() -> str:
    """Return a short hash of this version's mapping."""
    return sha256(json.dumps(MAPPINGS, sort_keys=True).encode()).hexdigest()[:16]


def live_index(client: OpenSearch, alias: str) -> str:
    """Return the one index behind the alias.

    Raises:
        NoIndexError: there is none, or there are several.

    """
    if not client.indices.exists_alias(name=alias):
        raise NoIndexError(f"there is no index behind {alias!r}: make it with `fanout index create`, then backfill it")
    indexes = list(client.indices.get_alias(name=alias))
    if len(indexes) != 1:
        raise NoIndexError(f"{alias!r} stands for several indexes ({', '.join(indexes)}): leave it only one")
    return str(indexes[0])


def versions(client: OpenSearch, alias: str) -> dict[int, str]:
    """Return the indexes of this alias' name, by version, whether the alias stands for them or not."""
    found = client.indices.get(index=f"{alias}-v*", params={"expand_wildcards": "all"}, ignore=[404])
    pattern = re.compile(re.escape(alias) + r"-v(\d+)")
    matches = ((pattern.fullmatch(name), name) for name in found)
    return {int(match[1]): name for match, name in matches if match}


def index_statuses(client: OpenSearch, alias: str) -> Sequence[IndexStatus]:
    """Return the status of each index of this alias' name, the oldest first."""
    statuses = []
    for _, index in sorted(versions(client, alias).items()):
        found = client.indices.get(index=index)[index]
        aliases = found["aliases"]
        role = "live" if alias in aliases else "candidate" if candidate_alias(alias) in aliases else "left over"
        health = client.cluster.health(index=index, params={"level": "indices"})["status"]
        alive: dict[str, Any] = {"query": ALIAS_FILTER}
        readable = health != "red"
        documents = client.count(index=index, body=alive)["count"] if readable else 0
        stats = client.indices.stats(index=index, metric="docs,store")["indices"].get(index, {}).get("primaries", {})
        statuses.append(
            IndexStatus(
                index=index,
                role=role,
                health=health,
                documents=documents,
                tombstones=client.count(index=index)["count"] - documents if readable else 0,
                bytes=stats.get("store", {}).get("size_in_bytes", 0),
                mapping_is_ours=found["mappings"].get("_meta", {}).get("mapping") == mapping_mark(),
            )
        )
    return statuses
