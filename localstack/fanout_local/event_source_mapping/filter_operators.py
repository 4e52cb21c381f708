"""The operators of a filter pattern's leaves. Pure.

A condition is given a field's leaf values: several for a list, of which one must match; none when the field is
missing or holds an object. A number in an item is a text on the stream ({"N": "5"}): numeric operators never match it.
"""

import operator
from collections.abc import Callable, Sequence

type Condition = Callable[[Sequence[object]], bool]
type _Test = Callable[[object], bool]

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class InvalidFilterError(ValueError):
    """A pattern that Lambda refuses; the message begins with Lambda's."""

    def __init__(self, reason: str) -> None:
        """Add the reason to Lambda's words."""
        super().__init__(f"Invalid filter pattern definition. ({reason}.)")


def compile_condition(name: str, entry: object) -> Condition:
    """Return what tells whether one of a field's leaves matches one entry of the pattern's list.

    Raises:
        InvalidFilterError: no value and no operator that Lambda knows, or an operand that it does not take.

    """
    if not isinstance(entry, dict):
        return _any(_equals(name, entry))
    if len(entry) != 1:
        raise InvalidFilterError(f"{name!r}: an operator stands in an object of its own")
    ((kind, operand),) = entry.items()
    if kind == "exists":
        if not isinstance(operand, bool):
            raise InvalidFilterError(f"{name!r}: exists takes true or false")
        return lambda leaves: bool(leaves) is operand
    if kind == "anything-but":
        unwanted = _unwanted(name, operand)
        return _any(lambda leaf: not any(test(leaf) for test in unwanted))
    if kind == "numeric":
        return _any(_numeric(name, operand))
    return _any(_text_test(name, kind, operand))


def _any(test: _Test) -> Condition:
    return lambda leaves: any(test(leaf) for leaf in leaves)


def _equals(name: str, value: object) -> _Test:
    if isinstance(value, list | dict):
        raise InvalidFilterError(f"{name!r}: a list in a list")
    if isinstance(value, bool) or value is None:
        return lambda leaf: leaf is value
    return lambda leaf: leaf == value and not isinstance(leaf, bool)


def _unwanted(name: str, operand: object) -> list[_Test]:
    """Return the tests of which none may match: of values, or of an operator on texts."""
    if isinstance(operand, dict):
        if len(operand) != 1:
            raise InvalidFilterError(f"{name!r}: anything-but takes one operator")
        ((kind, inner),) = operand.items()
        return [_text_test(name, kind, text) for text in (inner if isinstance(inner, list) and inner else [inner])]
    values = operand if isinstance(operand, list) else [operand]
    texts = all(isinstance(value, str) for value in values)
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    if not values or not (texts or numbers):
        raise InvalidFilterError(f"{name!r}: anything-but takes texts, or numbers")
    return [_equals(name, value) for value in values]


def _text_test(name: str, kind: str, operand: object) -> _Test:
    if kind in {"prefix", "suffix"} and isinstance(operand, dict) and list(operand) == ["equals-ignore-case"]:
        return _text_test(name, f"{kind}-ignore-case", operand["equals-ignore-case"])
    if not isinstance(operand, str):
        raise InvalidFilterError(f"{name!r}: {kind} takes a text")
    folded = operand.casefold()
    match kind:
        case "prefix":
            return lambda leaf: isinstance(leaf, str) and leaf.startswith(operand)
        case "suffix":
            return lambda leaf: isinstance(leaf, str) and leaf.endswith(operand)
        case "prefix-ignore-case":
            return lambda leaf: isinstance(leaf, str) and leaf.casefold().startswith(folded)
        case "suffix-ignore-case":
            return lambda leaf: isinstance(leaf, str) and leaf.casefold().endswith(folded)
        case "equals-ignore-case":
            return lambda leaf: isinstance(leaf, str) and leaf.casefold() == folded
        case _:
            raise InvalidFilterError(f"{name!r}: no operator {kind!r}")


def _numeric(name: str, operand: object) -> _Test:
    """Return the test of one comparison, or of a range: a lower and an upper bound."""
    parts = operand if isinstance(operand, list) else []
    comparisons = list(zip(parts[::2], parts[1::2], strict=False))
    if len(parts) not in {2, 4} or not all(
        sign in _COMPARISONS and isinstance(bound, int | float) and not isinstance(bound, bool)
        for sign, bound in comparisons
    ):
        raise InvalidFilterError(f"{name!r}: numeric takes a comparison and a number, once or twice")
    if len(comparisons) == 2:
        (low_sign, low), (high_sign, high) = comparisons
        if low_sign not in {">", ">="} or high_sign not in {"<", "<="} or low >= high:
            raise InvalidFilterError(f"{name!r}: a numeric range is a lower bound, then an upper one")
    return lambda leaf: (
        isinstance(leaf, int | float)
        and not isinstance(leaf, bool)
        and all(_COMPARISONS[sign](leaf, bound) for sign, bound in comparisons)
    )
