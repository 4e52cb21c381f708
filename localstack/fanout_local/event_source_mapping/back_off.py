"""How long to wait after failures in a row. Pure."""

from fanout_local.event_source_mapping.choices import FIRST_BACK_OFF_MS, MOST_BACK_OFF_MS


class BackOff:
    """Counts failures in a row; each doubles the wait, a success forgets them."""

    def __init__(self) -> None:
        """No failure yet."""
        self._failures = 0
        self.not_before_ms = 0
        """Nothing is tried before this time."""

    def failed(self, now_ms: int) -> None:
        """Note a failure: wait."""
        self._failures += 1
        self.not_before_ms = now_ms + min(MOST_BACK_OFF_MS, FIRST_BACK_OFF_MS << min(self._failures - 1, 16))

    def succeeded(self) -> None:
        """Note a success: the next is at once."""
        self._failures = 0
        self.not_before_ms = 0
