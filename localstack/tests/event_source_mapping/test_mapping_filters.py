"""FilterCriteria: every operator that Lambda documents, and what it refuses."""

import json
from typing import Any

import pytest
from mapping_world import World, after, raw_record, settings

from fanout_local.event_source_mapping.commands import Metric
from fanout_local.event_source_mapping.filters import InvalidFilterError, compile_filters

IMAGE: dict[str, Any] = {
    "name": {"S": "Ada Lovelace"},
    "age": {"N": "36"},
    "empty": {"S": ""},
    "gone": {"NULL": True},
    "tags": {"SS": ["draft", "english"]},
    "meta": {"M": {"city": {"S": "London"}}},
    "rows": {"L": [{"S": "one"}, {"S": "two"}]},
    "flag": {"BOOL": False},
}
RECORD: dict[str, Any] = {"eventName": "MODIFY", "dynamodb": {"SizeBytes": 26, "NewImage": IMAGE, "OldImage": None}}


def _matches(*patterns: object) -> bool:
    return compile_filters([json.dumps(pattern) for pattern in patterns])(RECORD)


def _new(**attributes: object) -> object:
    return {"dynamodb": {"NewImage": attributes}}


MATCHING = {
    "event name": {"eventName": ["MODIFY"]},
    "equals": _new(name={"S": ["Ada Lovelace"]}),
    "or of values": _new(name={"S": ["Charles", "Ada Lovelace"]}),
    "and of fields": _new(name={"S": ["Ada Lovelace"]}, age={"N": ["36"]}),
    "number as a text": _new(age={"N": ["36"]}),
    "empty text": _new(empty={"S": [""]}),
    "boolean": _new(flag={"BOOL": [False]}),
    "null": {"dynamodb": {"OldImage": [None]}},
    "prefix": _new(name={"S": [{"prefix": "Ada"}]}),
    "prefix whatever the case": _new(name={"S": [{"prefix": {"equals-ignore-case": "ada"}}]}),
    "suffix": _new(name={"S": [{"suffix": "lace"}]}),
    "suffix whatever the case": _new(name={"S": [{"suffix": {"equals-ignore-case": "LACE"}}]}),
    "equals whatever the case": _new(name={"S": [{"equals-ignore-case": "ADA LOVELACE"}]}),
    "anything but": _new(name={"S": [{"anything-but": ["Charles", "Grace"]}]}),
    "anything but one": _new(name={"S": [{"anything-but": "Charles"}]}),
    "anything but a prefix": _new(name={"S": [{"anything-but": {"prefix": "Ch"}}]}),
    "anything but prefixes": _new(name={"S": [{"anything-but": {"prefix": ["Ch", "Gr"]}}]}),
    "anything but a suffix": _new(name={"S": [{"anything-but": {"suffix": "age"}}]}),
    "anything but whatever the case": _new(name={"S": [{"anything-but": {"equals-ignore-case": "ada"}}]}),
    "anything but a number": {"dynamodb": {"SizeBytes": [{"anything-but": [1, 2]}]}},
    "numeric equals": {"dynamodb": {"SizeBytes": [{"numeric": ["=", 26]}]}},
    "number": {"dynamodb": {"SizeBytes": [26]}},
    "numeric range": {"dynamodb": {"SizeBytes": [{"numeric": [">", 20, "<=", 26]}]}},
    "exists": _new(name={"S": [{"exists": True}]}),
    "does not exist": _new(title={"S": [{"exists": False}]}),
    "does not exist, of an image that is missing": {"dynamodb": {"Other": {"a": {"S": [{"exists": False}]}}}},
    "one of a set": _new(tags={"SS": ["english"]}),
    "in a map": _new(meta={"M": {"city": {"S": ["London"]}}}),
    "in a list": _new(rows={"L": {"S": ["two"]}}),
    "or of fields": {"$or": [{"eventName": ["INSERT"]}, _new(age={"N": ["36"]})]},
    "or of fields, nested": {"dynamodb": {"$or": [{"SizeBytes": [1]}, {"NewImage": {"age": {"N": ["36"]}}}]}},
}

NOT_MATCHING = {
    "event name": {"eventName": ["INSERT", "REMOVE"]},
    "another text": _new(name={"S": ["ada lovelace"]}),
    "another type": _new(age={"S": ["36"]}),
    "a number, as numbers are texts on the stream": _new(age={"N": [36]}),
    "numeric equals on a number": _new(age={"N": [{"numeric": ["=", 36]}]}),
    "numeric range on a number": _new(age={"N": [{"numeric": [">", 0]}]}),
    "one of two fields": _new(name={"S": ["Ada Lovelace"]}, age={"N": ["37"]}),
    "null of a text": _new(name={"S": [None]}),
    "null of what is missing": {"dynamodb": {"Other": [None]}},
    "zero of false": _new(flag={"BOOL": [0]}),
    "empty text": _new(name={"S": [""]}),
    "prefix": _new(name={"S": [{"prefix": "ada"}]}),
    "suffix": _new(name={"S": [{"suffix": "Lace"}]}),
    "prefix of a number": {"dynamodb": {"SizeBytes": [{"prefix": "2"}]}},
    "anything but it": _new(name={"S": [{"anything-but": ["Ada Lovelace"]}]}),
    "anything but its prefix": _new(name={"S": [{"anything-but": {"prefix": ["Ada", "B"]}}]}),
    "anything but, of what is missing": _new(title={"S": [{"anything-but": ["x"]}]}),
    "numeric bound": {"dynamodb": {"SizeBytes": [{"numeric": [">", 26]}]}},
    "exists, of what is missing": _new(title={"S": [{"exists": True}]}),
    "exists on a node that is no leaf": _new(name=[{"exists": True}]),
    "does not exist": _new(name={"S": [{"exists": False}]}),
    "or of fields": {"$or": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}]},
}


@pytest.mark.parametrize("pattern", MATCHING.values(), ids=MATCHING.keys())
def test_a_record_that_matches_goes_to_the_function(pattern: object) -> None:
    """The type tag of an attribute is part of the pattern."""
    assert _matches(pattern)


@pytest.mark.parametrize("pattern", NOT_MATCHING.values(), ids=NOT_MATCHING.keys())
def test_a_record_that_does_not_match_is_dropped(pattern: object) -> None:
    """Also where it looks as if it did: numbers of an item are texts, `exists` works on leaves only."""
    assert not _matches(pattern)


def test_one_pattern_that_matches_is_enough() -> None:
    """Patterns are ORed."""
    assert _matches({"eventName": ["INSERT"]}, {"eventName": ["MODIFY"]})
    assert not _matches({"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]})


REFUSED = [
    "no JSON",
    "[]",
    "{}",
    '"text"',
    '{"a": "text"}',
    '{"a": []}',
    '{"a": {}}',
    '{"a": [{"unknown": 1}]}',
    '{"a": [{"prefix": 1}]}',
    '{"a": [{"prefix": "a", "suffix": "b"}]}',
    '{"a": [{"exists": "yes"}]}',
    '{"a": [{"numeric": [">"]}]}',
    '{"a": [{"numeric": ["!", 1]}]}',
    '{"a": [{"numeric": [">", "1"]}]}',
    '{"a": [{"numeric": [">", 5, "<", 1]}]}',
    '{"a": [{"numeric": ["<", 1, ">", 5]}]}',
    '{"a": [{"anything-but": []}]}',
    '{"a": [{"anything-but": [1, "x"]}]}',
    '{"a": [{"anything-but": {"prefix": 1}}]}',
    '{"a": [["x"]]}',
    '{"$or": [{"a": ["x"]}]}',
    json.dumps({"a": ["x" * 4096]}),
]


@pytest.mark.parametrize("pattern", REFUSED, ids=lambda pattern: pattern[:40])
def test_a_bad_pattern_is_refused_in_lambdas_words(pattern: str) -> None:
    """And it says why."""
    with pytest.raises(InvalidFilterError, match=r"^Invalid filter pattern definition\. \(.+\.\)$"):
        compile_filters([pattern])


def test_what_is_filtered_out_is_done() -> None:
    """It is not in a batch, it is counted, and the checkpoint passes it."""
    world = World(settings(filters=(json.dumps({"eventName": ["INSERT"]}),)))
    world.write(1, 3)
    world.write(2, 4, event="MODIFY")
    world.run()
    assert world.batches == [[1, 3]]
    assert world.checkpoint == after(4)
    assert (world.metrics[Metric.POLLED], world.metrics[Metric.FILTERED_OUT]) == (4, 2)


def test_nothing_left_makes_no_invocation() -> None:
    """The checkpoint moves without one."""
    world = World(settings(filters=(json.dumps({"eventName": ["REMOVE"]}),)))
    world.write(1, 2)
    world.run()
    assert world.batches == []
    assert world.checkpoint == after(2)


def test_the_user_identity_of_a_ttl_delete_can_be_filtered_for() -> None:
    """It is in the record as the function sees it."""
    pattern = {"userIdentity": {"type": ["Service"], "principalId": ["dynamodb.amazonaws.com"]}}
    world = World(settings(filters=(json.dumps(pattern),)))
    world.write(1)
    expired = raw_record(2, event="REMOVE")
    expired["userIdentity"] = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    world.records.append((world.now_ms, expired))
    world.run()
    assert world.batches == [[2]]
