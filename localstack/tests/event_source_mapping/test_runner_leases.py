"""Several runners, and runners that end in every way: nothing is lost, and a late one harms nothing."""

import signal
from collections import defaultdict
from pathlib import Path

import pytest
from functions_stack import FunctionsStack
from mapped_function import MappedFunction, make_mapped_function
from runner_process import RunnerProcess, running_runner
from waiting import wait_until

pytestmark = pytest.mark.integration

SOON_S = 30
LEASE_S = 3.0


def checkpoint(stack: FunctionsStack, table: str, function: MappedFunction) -> int:
    """The mapping's position in the state table; 0 at the trim horizon."""
    items = stack.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
    positions = [item["position"]["S"] for item in items if item["mapping_id"]["S"] == function.mapping_id]
    return int(positions[0]) if positions and positions[0].isdecimal() else 0


def first_arrivals_in_order(function: MappedFunction) -> bool:
    """Whether each item's records came in order, repeats left out."""
    latest: dict[str, int] = defaultdict(lambda: -1)
    seen: set[int] = set()
    for record in function.taken():
        if record["n"] in seen:
            continue
        seen.add(record["n"])
        if record["n"] < latest[record["id"]]:
            return False
        latest[record["id"]] = record["n"]
    return True


def test_a_restart_goes_on_at_the_checkpoint(functions_stack: FunctionsStack, tmp_path: Path) -> None:
    """A runner that was stopped leaves its shards free: the next one goes on at once, and sends nothing twice."""
    with running_runner(functions_stack, tmp_path / "first", table="restart") as first:
        function = make_mapped_function(functions_stack, tmp_path, "restart-function")
        function.write([f"before-{n}" for n in range(20)])
        wait_until(lambda: len(function.taken()) == 20, within_s=SOON_S, what="20 records")
        wait_until(lambda: first.mapping(function.mapping_id)["shards"][0]["held"] == 0, within_s=SOON_S, what="rest")
    function.write([f"meanwhile-{n}" for n in range(20)])
    with running_runner(functions_stack, tmp_path / "second", table="restart"):
        wait_until(lambda: len(function.taken()) >= 40, within_s=SOON_S, what="40 records")
        assert len({record["id"] for record in function.taken()}) == len(function.taken()) == 40
    function.delete_mapping()


def test_a_killed_runners_shards_are_taken_over(functions_stack: FunctionsStack, tmp_path: Path) -> None:
    """Of two runners one reads; killed in the middle of the work, the other goes on: nothing lost, order kept."""
    with (
        running_runner(functions_stack, tmp_path / "first", table="killed", lease_s=LEASE_S) as first,
        running_runner(functions_stack, tmp_path / "second", table="killed", lease_s=LEASE_S) as second,
    ):
        function = make_mapped_function(
            functions_stack, tmp_path, "killed-function", mode="slow", BatchSize=10, ParallelizationFactor=2
        )
        wait_until(
            lambda: first.reads(function.mapping_id) or second.reads(function.mapping_id),
            within_s=SOON_S,
            what="one reads",
        )
        holder, other = (first, second) if first.reads(function.mapping_id) else (second, first)
        assert not other.reads(function.mapping_id)
        function.write([f"item-{n % 10}" for n in range(150)])
        wait_until(lambda: len(function.taken()) > 20, within_s=SOON_S, what="the work has begun")
        holder.send(signal.SIGKILL)
        function.write([f"after-{n % 10}" for n in range(50)])
        wait_until(lambda: other.reads(function.mapping_id), within_s=LEASE_S + 5, what="the other one reads")
        wait_until(
            lambda: len({record["number"] for record in function.taken()}) == 200, within_s=SOON_S, what="all records"
        )
        function.delete_mapping()


def held_and_late(holder: RunnerProcess, other: RunnerProcess, function: MappedFunction) -> None:
    """Hold a runner for longer than the lease, have the other one read meanwhile, and let it go on."""
    holder.send(signal.SIGSTOP)
    function.write([f"item-{n}" for n in range(50, 100)])
    wait_until(lambda: other.reads(function.mapping_id), within_s=3 * LEASE_S + 5, what="the other one reads")
    wait_until(
        lambda: {record["id"] for record in function.taken()} == {f"item-{n}" for n in range(100)},
        within_s=SOON_S,
        what="100 records",
    )


def test_a_late_runner_does_not_write_over_the_new_owner(functions_stack: FunctionsStack, tmp_path: Path) -> None:
    """A runner held for longer than its lease finds it taken: it lets go, and the checkpoint never goes back."""
    table = "late"
    with (
        running_runner(functions_stack, tmp_path / "first", table=table, lease_s=LEASE_S) as first,
        running_runner(functions_stack, tmp_path / "second", table=table, lease_s=LEASE_S, tell=False) as second,
    ):
        function = make_mapped_function(functions_stack, tmp_path, "late-function")
        wait_until(
            lambda: first.reads(function.mapping_id) or second.reads(function.mapping_id),
            within_s=SOON_S,
            what="one reads",
        )
        holder, other = (first, second) if first.reads(function.mapping_id) else (second, first)
        function.write([f"item-{n}" for n in range(50)])
        wait_until(lambda: len(function.taken()) == 50, within_s=SOON_S, what="50 records")
        held_and_late(holder, other, function)
        last = max(int(record["number"]) for record in function.taken())
        wait_until(lambda: checkpoint(functions_stack, table, function) == last, within_s=SOON_S, what="checkpoint")
        holder.send(signal.SIGCONT)
        wait_until(lambda: "was lost" in holder.log.read_text(), within_s=SOON_S, what="the late one lets go")
        assert checkpoint(functions_stack, table, function) == last
        function.write(["one-more"])
        wait_until(lambda: checkpoint(functions_stack, table, function) > last, within_s=SOON_S, what="it goes on")
        assert other.reads(function.mapping_id)
        assert not holder.reads(function.mapping_id)
        assert first_arrivals_in_order(function)
