"""The index always converges to the table: whatever comes in whatever order, and whoever dies meanwhile."""

from collections.abc import Iterator

import pytest

from consumers.search_index import backfill
from consumers.search_index.client import open_search
from fanout_local.state import StackState
from stream_processor.adapters.aws_clients import AwsClients
from tests.integration.search_world import World

pytestmark = pytest.mark.integration

ACTIONS = 100
WEIGHTS = {"write": 30, "deliver": 30, "redeliver": 12, "purge": 6, "backfill": 12, "mend": 2, "restore": 1}
MENDING = ("mend", "restore")


@pytest.fixture(params=range(5))
def world(
    request: pytest.FixtureRequest, stack: StackState, aws: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A world of its own; pages of a backfill hold three items."""
    monkeypatch.setattr(backfill, "PAGE_ITEMS", 3)
    world = World(open_search(stack.endpoints.opensearch), aws, seed=request.param)
    yield world
    world.remove()


def test_the_index_converges_to_the_table(world: World) -> None:
    """Changes live, repeated or late, backfills, purges, restored tables, reindexes, deaths: index = table.

    A reindex and an audit mend what they find. So the second half does without: nothing may go wrong in it at all.
    """
    for number, name in enumerate(actions(world, WEIGHTS)):
        getattr(world, name)()
        if number in (ACTIONS // 3, ACTIONS // 2):
            world.reindex(dies=0.1)
    world.settle()
    world.reindex(dies=0)
    assert world.indexes() == 1
    world.go_on()
    for name in actions(world, {name: weight for name, weight in WEIGHTS.items() if name not in MENDING}):
        getattr(world, name)()
    world.settle()
    assert world.indexed() == world.expected()
    assert world.audit().run(world.deadline()).drift == []


def actions(world: World, weights: dict[str, int]) -> list[str]:
    return world.chance.choices(list(weights), list(weights.values()), k=ACTIONS)
