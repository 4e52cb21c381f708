"""What is made only when it is used."""

from collections.abc import Callable
from threading import Lock
from typing import Any


class OnFirstCall:
    """Stands for an object until one of its attributes is asked for, which makes it; then for the one that was made."""

    def __init__(self, make: Callable[[], object]) -> None:
        """Take what makes the object; it is called once, by whichever thread comes first."""
        self._make = make
        self._made: object | None = None
        self._making = Lock()

    def __getattr__(self, name: str) -> Any:
        """Return the object's attribute."""
        with self._making:
            if self._made is None:
                self._made = self._make()
        return getattr(self._made, name)
