"""Commands for people: the index and searching it."""

import boto3
import click
from opensearchpy.exceptions import OpenSearchException

from consumers.search_index import index as index_lifecycle
from consumers.search_index.client import AUTHS, open_search
from stream_processor.errors import FanoutError


@click.group()
def index() -> None:
    """The search index behind its alias."""


@index.command()
@click.option("--endpoint", envvar="FANOUT_SEARCH_ENDPOINT", required=True, help="http(s)://host:port")
@click.option("--alias", envvar="FANOUT_SEARCH_INDEX", default="documents", show_default=True)
@click.option("--auth", envvar="FANOUT_SEARCH_AUTH", type=click.Choice(AUTHS), default="none", show_default=True)
def create(endpoint: str, alias: str, auth: str) -> None:
    """Make the index, its alias and its script; what is there already stays as it is."""
    creation = create_index(endpoint, alias, auth)
    click.echo(f"{alias} -> {creation.index}{'' if creation.created else ' (was there)'}")


def create_index(endpoint: str, alias: str, auth: str) -> index_lifecycle.IndexCreation:
    """Make the index.

    Raises:
        FanoutError: it cannot be made; says why.

    """
    try:
        return index_lifecycle.create_index(open_search(endpoint, auth, boto3.session.Session()), alias)
    except OpenSearchException as error:
        raise FanoutError(
            f"The search index cannot be made at {endpoint}: {error}\nIs the address right, and may you write there?"
        ) from error
