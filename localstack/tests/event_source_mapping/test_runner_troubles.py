"""The runner on real engines: each trouble shows on its mapping, and the others go on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from functions_stack import FunctionsStack
from mapped_function import MappedFunction, make_mapped_function
from runner_process import RunnerProcess, running_runner
from waiting import wait_until

pytestmark = pytest.mark.integration

SOON_S = 30
TABLE = "troubles"


@pytest.fixture(scope="module")
def runner(functions_stack: FunctionsStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunnerProcess]:
    """One for these tests."""
    with running_runner(functions_stack, tmp_path_factory.mktemp("runner") / "log", table=TABLE) as runner:
        yield runner


@pytest.fixture(scope="module")
def healthy(
    functions_stack: FunctionsStack, runner: RunnerProcess, tmp_path_factory: pytest.TempPathFactory
) -> MappedFunction:
    """Another mapping, in good order."""
    return make_mapped_function(functions_stack, tmp_path_factory.mktemp("healthy"), "healthy")


def still_serves(healthy: MappedFunction) -> None:
    """Fail unless the other mapping gets what is written now."""
    before = len(healthy.taken())
    healthy.write([f"item-{before}"])
    wait_until(lambda: len(healthy.taken()) == before + 1, within_s=SOON_S, what="the other mapping goes on")


def result_becomes(function: MappedFunction, words: str) -> None:
    """Wait until the mapping tells of the trouble in Lambda's API."""
    wait_until(lambda: words in function.settings()["LastProcessingResult"], within_s=SOON_S, what=words)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"BatchSize": 10_001}, "BatchSize"),
        ({"ParallelizationFactor": 11}, "arallelizationFactor"),
        ({"MaximumRecordAgeInSeconds": 59}, "MaximumRecordAgeInSeconds"),
        ({"MaximumRetryAttempts": 10_001}, "MaximumRetryAttempts"),
        ({"TumblingWindowInSeconds": 901}, "umblingWindowInSeconds"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{"}]}}, "Invalid filter pattern definition"),
        ({"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:sqs:us-east-1:000000000000:a.fifo"}}}, "a.fifo"),
    ],
)
def test_settings_out_of_range_are_refused(
    functions_stack: FunctionsStack, healthy: MappedFunction, settings: dict[str, object], words: str
) -> None:
    """The Lambda API refuses them with the reason, as AWS does, and what was set stays."""
    with pytest.raises(ClientError, match=words) as refused:
        functions_stack.client("lambda").update_event_source_mapping(UUID=healthy.mapping_id, **settings)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    still_serves(healthy)


def test_a_deleted_function(functions_stack: FunctionsStack, healthy: MappedFunction, tmp_path: Path) -> None:
    """The mapping says that there is no such function, and keeps its records."""
    function = make_mapped_function(functions_stack, tmp_path, "deleted-function", MaximumRetryAttempts=0)
    functions_stack.client("lambda").delete_function(FunctionName="deleted-function")
    function.write(["kept"])
    result_becomes(function, "PROBLEM")
    assert "ResourceNotFoundException" in function.settings()["LastProcessingResult"]
    still_serves(healthy)
    function.delete_mapping()


def test_a_stream_that_vanishes(
    functions_stack: FunctionsStack, runner: RunnerProcess, healthy: MappedFunction, tmp_path: Path
) -> None:
    """With its table gone what the stream holds is still sent; then the mapping says that the stream has ended."""
    function = make_mapped_function(functions_stack, tmp_path, "vanishing", Enabled=False)
    function.write(["last"])
    functions_stack.client("dynamodb").delete_table(TableName="vanishing")
    function.update(Enabled=True)
    result_becomes(function, "PROBLEM: The stream is disabled")
    assert [(record["id"], record["event"]) for record in function.taken()] == [("last", "INSERT")]
    still_serves(healthy)
    function.delete_mapping()
    wait_until(lambda: not runner.mapping(function.mapping_id), within_s=SOON_S, what="the runner lets it go")


@pytest.mark.parametrize("mode", ["large", "unspeakable"])
def test_an_answer_that_cannot_be_used(
    functions_stack: FunctionsStack, healthy: MappedFunction, tmp_path: Path, mode: str
) -> None:
    """7 MB, or what has no JSON form, is the function's error: tried again and given up, and the next goes on."""
    function = make_mapped_function(functions_stack, tmp_path, f"answer-{mode}", mode=mode, MaximumRetryAttempts=1)
    function.write(["first"])
    result_becomes(function, "PROBLEM: Function call failed")
    function.write(["second"])
    wait_until(
        lambda: [call["records"][0]["id"] for call in function.invocations()] == ["first"] * 2 + ["second"] * 2,
        within_s=SOON_S,
        what="two attempts each",
    )
    still_serves(healthy)


def test_a_position_of_another_version(
    functions_stack: FunctionsStack, runner: RunnerProcess, healthy: MappedFunction, tmp_path: Path
) -> None:
    """A mapping whose position another version wrote says so and is not read; without that item it begins anew."""
    function = make_mapped_function(functions_stack, tmp_path, "other-version", Enabled=False)
    key = {"mapping_id": {"S": function.mapping_id}, "shard_id": {"S": "shard"}}
    tables = functions_stack.client("dynamodb")
    tables.put_item(TableName=TABLE, Item={**key, "version": {"N": "99"}, "position": {"S": "?"}})
    function.update(Enabled=True)
    function.write(["waits"])
    result_becomes(function, "written by version 99")
    still_serves(healthy)
    assert not function.invocations()
    tables.delete_item(TableName=TABLE, Key=key)
    wait_until(lambda: len(function.taken()) == 1, within_s=SOON_S, what="it begins")


def test_a_table_of_another_program(functions_stack: FunctionsStack, healthy: MappedFunction, tmp_path: Path) -> None:
    """A state table with another key is left alone: the runner says so for every mapping, and lives."""
    functions_stack.client("dynamodb").create_table(
        TableName="somebodys",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    with running_runner(functions_stack, tmp_path / "log", table="somebodys", tell=False) as other:
        wait_until(lambda: "somebodys" in other.page()["problem"], within_s=SOON_S, what="the problem is told")
        wait_until(
            lambda: "somebodys" in other.mapping(healthy.mapping_id)["result"], within_s=SOON_S, what="on the mapping"
        )
        assert not other.reads(healthy.mapping_id)
    still_serves(healthy)
