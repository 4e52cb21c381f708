"""Commands for people: the index and searching it."""

import click
from opensearchpy.exceptions import OpenSearchException

from consumers.search_index import index as index_lifecycle
from consumers.search_index.client import open_search
from stream_processor.errors import FanoutError


@click.group()
def index() -> None:
    """The search index behind its alias."""


@index.command()
@click.option("--endpoint", envvar="FANOUT_SEARCH_ENDPOINT", required=True, help="http(s)://host:port")
@click.option("--alias", envvar="FANOUT_SEARCH_INDEX", default="documents", show_default=True)
def create(endpoint: str, alias: str) -> None:
    """Make the index, its alias and its script; what is there already stays as it is."""
    try:
        creation = index_lifecycle.create_index(open_search(endpoint), alias)
    except OpenSearchException as error:
        raise FanoutError(
            f"The search index cannot be made at {endpoint}: {error}\nIs the address right, and may you write there?"
        ) from error
    click.echo(f"{alias} -> {creation.index}{'' if creation.created else ' (was there)'}")
