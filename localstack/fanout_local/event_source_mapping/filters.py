"""FilterCriteria: which records go to the function. Pure.

Source: AWS Lambda Developer Guide, "Control which events Lambda sends to your function" and "Using event filtering with
a DynamoDB event source".
"""

import json
from collections.abc import Callable, Mapping, Sequence

from fanout_local.event_source_mapping.filter_operators import (
    Condition,
    InvalidFilterError,
    compile_condition,
)

MOST_PATTERN_CHARACTERS = 4096
"""API Reference, Filter."""

type Matcher = Callable[[Mapping[str, object]], bool]

__all__ = ["InvalidFilterError", "Matcher", "compile_filters"]


def compile_filters(patterns: Sequence[str]) -> Matcher:
    """Return what tells whether a record (as it is in the event) matches one of the patterns; none: every record does.

    Raises:
        InvalidFilterError: "Invalid filter pattern definition." and why.

    """
    matchers = [_compile_pattern(pattern) for pattern in patterns]
    if not matchers:
        return lambda _record: True
    return lambda record: any(matches(record) for matches in matchers)


def _compile_pattern(text: str) -> Matcher:
    if len(text) > MOST_PATTERN_CHARACTERS:
        raise InvalidFilterError(f"a pattern has {len(text)} characters; {MOST_PATTERN_CHARACTERS} are allowed")
    try:
        pattern = json.loads(text)
    except ValueError as error:
        raise InvalidFilterError(f"{text!r} is no JSON") from error
    if not isinstance(pattern, dict) or not pattern:
        raise InvalidFilterError(f"{text!r} is no JSON object with something in it")
    return _compile_object(pattern)


def _compile_object(pattern: Mapping[str, object]) -> Matcher:
    """Every field must match; `$or` when one of its objects does."""
    if not pattern:
        raise InvalidFilterError("an object without fields matches nothing")
    matchers = [_compile_field(name, value) for name, value in pattern.items()]
    return lambda node: all(matches(node) for matches in matchers)


def _compile_field(name: str, value: object) -> Matcher:
    if name == "$or" and isinstance(value, list) and all(isinstance(choice, dict) for choice in value):
        if len(value) < 2:
            raise InvalidFilterError("$or takes at least two objects")
        choices = [_compile_object(choice) for choice in value]
        return lambda node: any(matches(node) for matches in choices)
    if isinstance(value, dict):
        inner = _compile_object(value)
        return lambda node: any(inner(child) for child in _objects(node.get(name)))
    if isinstance(value, list) and value:
        conditions = [compile_condition(name, entry) for entry in value]
        return lambda node: _leaf_matches(conditions, _leaves(node.get(name, _MISSING)))
    raise InvalidFilterError(f"{name!r} must hold an object, or a list with something in it")


_MISSING: Mapping[str, object] = {}
"""An object, so no leaf."""


def _objects(child: object) -> list[Mapping[str, object]]:
    """Return the objects that a nested pattern is tried on: of a list each; of what is none, an empty one.

    What is missing is an empty object, so that `exists: false` below it matches.
    """
    if isinstance(child, Mapping):
        return [child]
    objects = [entry for entry in child if isinstance(entry, Mapping)] if isinstance(child, list) else []
    return objects or [_MISSING]


def _leaves(child: object) -> list[object]:
    """Return a field's leaf values: of a list its entries that are no objects."""
    if isinstance(child, Mapping):
        return []
    if isinstance(child, list):
        return [leaf for entry in child for leaf in _leaves(entry)]
    return [child]


def _leaf_matches(conditions: Sequence[Condition], leaves: list[object]) -> bool:
    return any(condition(leaves) for condition in conditions)
