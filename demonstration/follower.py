"""What a WebSocket client makes of its frames: each document's state by the newest order key."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from threading import Lock
from typing import Any


class Reading(Enum):
    """What a change frame was to the client."""

    NEWER = "newer"
    REPEATED = "repeated"
    LATE = "late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a client holds of a document.

    Attributes:
        image: plain JSON; None once the document is deleted.

    """

    order_key: str
    image: Mapping[str, Any] | None


class Follower:
    """One client's memory. One thread takes frames, others may look.

    Attributes:
        faults: what should never come: in words.
        readings: how many change frames were newer, repeated, late.
        fetched: how many bodies came as a note to fetch them.

    """

    def __init__(self, name: str) -> None:
        """Begin with nothing held."""
        self.name = name
        self.faults: list[str] = []
        self.readings: Counter[Reading] = Counter()
        self.fetched = 0
        self._lock = Lock()
        self._held: dict[str, Held] = {}
        self._received_at_ms: dict[str, int] = {}
        self._accepted: dict[str, list[str]] = {}

    def reads(self, frame: Mapping[str, Any], received_at_ms: int) -> Reading:
        """Note a change frame's arrival and say what it is; only a newer one is worth its body."""
        document, event_id, order_key = frame["document"], frame["event_id"], frame["order_key"]
        with self._lock:
            held = self._held.get(document)
            if held is None or order_key > held.order_key:
                reading = Reading.NEWER
            elif event_id in self._received_at_ms:
                reading = Reading.REPEATED
            else:
                reading = Reading.LATE
            self._received_at_ms.setdefault(event_id, received_at_ms)
            self.readings[reading] += 1
        return reading

    def hold(self, frame: Mapping[str, Any], image: Mapping[str, Any] | None) -> None:
        """Take a newer frame's state."""
        document, order_key = frame["document"], frame["order_key"]
        with self._lock:
            self._held[document] = Held(order_key=order_key, image=image)
            self._accepted.setdefault(document, []).append(order_key)

    def held(self) -> dict[str, Held]:
        """Return what is held, by document id."""
        with self._lock:
            return dict(self._held)

    def received_at_ms(self) -> dict[str, int]:
        """Return when each event's first frame came, by event id: milliseconds since 1970."""
        with self._lock:
            return dict(self._received_at_ms)

    def accepted(self) -> dict[str, list[str]]:
        """Return the order keys taken, by document id, in the order in which they were taken."""
        with self._lock:
            return {document: list(keys) for document, keys in self._accepted.items()}
