"""What a call of a pretended service costs, and what becomes of the documents in it."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Toll:
    """Paid at each call of one pretended service.

    Attributes:
        a_call_s: how long a call takes, seconds.
        a_document_s: how much longer for each document in it.
        refuses: whether the service will never take this document, by its id.
        taken: told each time that the service takes a document, by its id.
        pause: lets seconds pass.

    """

    a_call_s: float = 0.0
    a_document_s: float = 0.0
    refuses: Callable[[str], bool] | None = None
    taken: Callable[[str], None] | None = None
    calls: int = 0
    pause: Callable[[float], None] = time.sleep

    def pay(self, documents: int = 1) -> None:
        """Let a call's time pass."""
        self.calls += 1
        seconds_s = self.a_call_s + self.a_document_s * documents
        if seconds_s:
            self.pause(seconds_s)

    @property
    def looks(self) -> bool:
        """Whether documents have to be found in a call."""
        return self.taken is not None or self.refuses is not None

    def takes(self, document_id: str) -> bool:
        """Return whether the service takes this document, and tell of it."""
        if self.refuses is not None and self.refuses(document_id):
            return False
        if self.taken is not None:
            self.taken(document_id)
        return True
