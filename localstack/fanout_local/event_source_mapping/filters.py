"""FilterCriteria. Pure."""

from collections.abc import Callable, Mapping, Sequence


class InvalidFilterError(ValueError):
    """A pattern that Lambda would refuse."""


def compile_filters(patterns: Sequence[str]) -> Callable[[Mapping[str, object]], bool]:
    """Return what tells whether a record (in the event's form) matches one of the patterns.

    Raises:
        InvalidFilterError: "Invalid filter pattern definition." and which.

    """
    del patterns
    return lambda _record: True
