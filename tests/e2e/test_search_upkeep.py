"""The commands, functions and state machine that keep the search index in order, on the deployed local stack."""

import json
from collections.abc import Iterator
from functools import partial

import pytest
from click.testing import CliRunner, Result

from consumers.search_index import audit
from consumers.search_index import commands as search_commands
from consumers.search_index.index import live_index
from consumers.search_index.reindex import Reindex
from demonstration.deployed import Deployed
from demonstration.preparing import deployed_stack
from demonstration.screen import Screen, screen_console
from deployment.outputs import DeployedStage, deployed_stage
from stream_processor.cli import commands
from tests.fakes import wait_until

pytestmark = pytest.mark.e2e

INSTANCE = "upkeep"
DOCUMENTS, DELETED = 60, 5
LEFT = DOCUMENTS - DELETED


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    """A stage with some documents, some of them deleted, all of it indexed."""
    with deployed_stack(INSTANCE, Screen(screen_console()), fresh=True) as stage:
        for number in range(DOCUMENTS):
            item = {"id": {"S": f"d{number}"}, "title": {"S": f"number {number}"}, "body": {"S": "a running fox"}}
            stage.dynamodb.put_item(TableName=stage.names.documents_table, Item=item)
        for number in range(DELETED):
            stage.dynamodb.delete_item(TableName=stage.names.documents_table, Key={"id": {"S": f"d{number}"}})
        wait_until(lambda: tombstones(stage) == DELETED and count(stage) == LEFT, "everything is indexed", 60, 0.5)
        yield stage


@pytest.fixture(scope="module")
def stage(deployed: Deployed) -> DeployedStage:
    """The same, as commands see it."""
    return deployed_stage("local", INSTANCE)


def count(deployed: Deployed) -> int:
    deployed.search.indices.refresh(index="documents*")
    return int(deployed.search.count(index="documents")["count"])


def tombstones(deployed: Deployed) -> int:
    index = live_index(deployed.search, "documents")
    return int(deployed.search.count(index=index, body={"query": {"term": {"deleted": True}}})["count"])


def fanout(*arguments: str) -> Result:
    return CliRunner().invoke(commands, [*arguments, "--instance", INSTANCE])


def spoil(deployed: Deployed) -> None:
    """One entry missing, one stale, one too many."""
    index = live_index(deployed.search, "documents")
    deployed.search.delete(index=index, id="d10")
    deployed.search.update(index=index, id="d11", body={"doc": {"title": "wrong"}})
    ghost = {"order_key": "1999", "title": "g", "document": {"id": "ghost"}}
    deployed.search.index(index=index, id="ghost", body=ghost, params={"refresh": "true"})


def test_an_audit_tells_what_differs_and_mends_it(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways, with keys; after --repair nothing differs."""
    monkeypatch.setattr(audit, "LOOK_AGAIN_AFTER_S", 0.2)  # nobody writes meanwhile
    spoil(deployed)
    found = fanout("index", "audit")
    assert found.exception is not None
    for line in ("missing d10", "stale   d11", "extra   ghost"):
        assert line in found.output
    assert "3 of 3 mended" in fanout("index", "audit", "--repair").output
    assert "0 differ" in fanout("index", "audit").output
    assert count(deployed) == LEFT


def test_the_scheduled_audit_counts_drift(deployed: Deployed, stage: DeployedStage) -> None:
    """Its parts together find all that differs, and mend nothing."""
    spoil(deployed)
    function = stage.output("SearchAuditFunctionName")
    variables = stage.functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    drift = 0
    for part in range(int(variables["FANOUT_AUDIT_PARTS"])):
        answer = stage.functions.invoke(FunctionName=function, Payload=json.dumps({"part": part}).encode())
        drift += json.loads(answer["Payload"].read())["drift"]
    assert drift == 3
    fanout("index", "audit", "--repair")


def test_a_backfill_adds_what_is_missing_and_brings_nothing_back(deployed: Deployed) -> None:
    """By the command: progress, and deleted documents stay deleted."""
    index = live_index(deployed.search, "documents")
    for number in range(10, 30):
        deployed.search.delete(index=index, id=f"d{number}")
    done = fanout("index", "backfill", "--segments", "3")
    assert f"{LEFT} documents read, 20 entries made" in done.output
    assert (count(deployed), tombstones(deployed)) == (LEFT, DELETED + 1)


def test_a_backfill_by_the_state_machine(deployed: Deployed, stage: DeployedStage) -> None:
    """The segments run as a distributed map over the function."""
    index = live_index(deployed.search, "documents")
    machine = stage.output("SearchBackfillStateMachineArn")
    for _ in range(2):  # the second begins anew
        for number in range(30, 50):
            deployed.search.delete(index=index, id=f"d{number}")
        execution = stage.states.start_execution(stateMachineArn=machine)["executionArn"]
        wait_until(lambda e=execution: status(stage, e) != "RUNNING", "the execution ends", 60, 0.5)  # type: ignore[misc]
        assert status(stage, execution) == "SUCCEEDED"
        assert count(deployed) == LEFT


def status(stage: DeployedStage, execution: str) -> str:
    return str(stage.states.describe_execution(executionArn=execution)["status"])


def test_a_reindex_puts_a_new_index_in_the_old_ones_place(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written meanwhile, so the barrier need not be waited for; tombstones come along."""
    monkeypatch.setattr(search_commands, "Reindex", partial(Reindex, pause=lambda _: None))
    before = live_index(deployed.search, "documents")
    assert "documents -> documents-v2" in fanout("index", "reindex", "--yes").output
    assert not deployed.search.indices.exists(index=before)
    assert (count(deployed), tombstones(deployed)) == (LEFT, DELETED + 1)
    assert '"role": "live"' in fanout("index", "status", "--json").output


def test_search_and_purge(deployed: Deployed, stage: DeployedStage) -> None:
    """Words are found in their other forms; young tombstones stay, by command and by schedule."""
    found = fanout("search", "foxes", "--limit", "3").output
    assert f"{LEFT} found" in found
    assert "0 tombstones removed" in fanout("index", "purge").output
    answer = stage.functions.invoke(FunctionName=stage.output("SearchPurgeFunctionName"), Payload=b"{}")
    assert json.loads(answer["Payload"].read()) == {"purged": 0}
