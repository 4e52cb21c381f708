"""The index behind the alias. It is made by people and by the deployment, never by the functions."""

from dataclasses import dataclass

from opensearchpy import OpenSearch
from opensearchpy.exceptions import RequestError

from consumers.search_index.entry import ALIAS_FILTER, MAPPINGS
from consumers.search_index.newer_wins import SCRIPT, SCRIPT_ID
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


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexCreation:
    """What `create_index` found or made.

    Attributes:
        index: the index that the alias stands for.
        created: False if the alias was there before.

    """

    index: str
    created: bool


def create_index(client: OpenSearch, alias: str) -> IndexCreation:
    """Make the stored script, the index ``<alias>-v1`` and its filtered alias, as far as they are missing.

    Raises:
        IndexNameTakenError: an index has the alias' name.
        opensearchpy.exceptions.OpenSearchException: the cluster refuses or does not answer.

    """
    client.put_script(id=SCRIPT_ID, body={"script": SCRIPT})
    if client.indices.exists_alias(name=alias):
        return IndexCreation(index=", ".join(sorted(client.indices.get_alias(name=alias))), created=False)
    if client.indices.exists(index=alias):
        raise IndexNameTakenError(
            f"{alias!r} is an index, but must be an alias: copy what is in it, delete it, then create again"
        )
    index = f"{alias}-v{FIRST_VERSION}"
    body = {"settings": SETTINGS, "mappings": MAPPINGS, "aliases": {alias: {"filter": ALIAS_FILTER}}}
    try:
        client.indices.create(index=index, body=body)
    except RequestError as error:
        if error.error != EXISTS:
            raise
        client.indices.put_alias(index=index, name=alias, body={"filter": ALIAS_FILTER})
    return IndexCreation(index=index, created=True)
