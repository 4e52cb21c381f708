"""The benchmarks' event source mapping does with answers what Lambda does."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.pretended.mapping import ATTEMPTS, Shard


def record(number: int) -> dict[str, Any]:
    return {"dynamodb": {"SequenceNumber": str(number)}}


RECORDS = [record(number) for number in range(8)]


def numbers(records: Sequence[Mapping[str, Any]]) -> list[int]:
    return [int(each["dynamodb"]["SequenceNumber"]) for each in records]


class Function:
    """Fails for one record, by its number, as often as `times` says."""

    def __init__(self, poison: int, *, raises: bool, times: int = 10**6) -> None:
        self.poison, self.raises, self.times = poison, raises, times
        self.given: list[list[int]] = []

    def __call__(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        given = numbers(event["Records"])
        self.given.append(given)
        if self.poison not in given or self.times == 0:
            return {"batchItemFailures": []}
        self.times -= 1
        if self.raises:
            raise RuntimeError
        return {"batchItemFailures": [{"itemIdentifier": str(self.poison)}]}


def test_what_succeeds_is_given_once() -> None:
    """Two batches of four, one invocation each."""
    function = Function(99, raises=True)
    Shard(function).deliver(RECORDS, batch_size=4)
    assert function.given == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_a_named_record_comes_again_with_all_that_follow_it() -> None:
    """The checkpoint moves right before the lowest record that was named."""
    function = Function(5, raises=False, times=1)
    Shard(function).deliver(RECORDS, batch_size=8)
    assert function.given == [[0, 1, 2, 3, 4, 5, 6, 7], [5, 6, 7]]


def test_a_failed_batch_is_halved_until_the_poison_stands_alone_and_is_given_up() -> None:
    """The others are delivered; the poison has one attempt and `ATTEMPTS` more."""
    function = Function(2, raises=True)
    shard = Shard(function)
    shard.deliver(RECORDS, batch_size=8)
    assert numbers(shard.given_up) == [2]
    assert function.given.count([2]) == ATTEMPTS + 1
    assert [3] in function.given
    assert [4, 5, 6, 7] in function.given


def test_an_unknown_identifier_fails_the_whole_batch() -> None:
    """Lambda cannot tell what it names."""
    given: list[int] = []

    def function(event: Mapping[str, Any]) -> Mapping[str, Any]:
        given.append(len(event["Records"]))
        return {"batchItemFailures": [{"itemIdentifier": "x"}]} if len(given) == 1 else {}

    Shard(function).deliver(RECORDS[:2], batch_size=8)
    assert given == [2, 1, 1]
