"""Dataclasses for values that a batch makes by the thousand."""

from dataclasses import dataclass, field
from typing import dataclass_transform


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value_class[T](cls: type[T]) -> type[T]:
    """Make a dataclass that the type checker holds frozen, and the interpreter does not.

    A dataclass that is frozen at run time sets each field by a call of `object.__setattr__`: making one takes three
    times as long. Where a value is made once for each record that is a large part of all the work.
    """
    return dataclass(slots=True, kw_only=True)(cls)
