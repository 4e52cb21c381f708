"""I5: what a sink shows of a document never goes back."""

from tests.simulation.history import Showed
from tests.simulation.oracle.finding import Case


class NewestWins:
    """Judges what sinks show."""

    def __init__(self, case: Case) -> None:
        """Judge `case`."""
        self._case = case
        self.shown: dict[tuple[str, str], int] = {}

    def on_showed(self, happening: Showed) -> None:
        place = (happening.consumer, happening.document)
        write = self._case.by_event[happening.event]
        newer = write.index > self.shown.get(place, -1)
        self._case.claim(
            newer, "I5", f"at {happening.consumer}, an older state of {happening.document} came over a newer"
        )
        self._case.claim(write.document == happening.document, "I5", f"a state of {write.document} was shown elsewhere")
        self.shown[place] = write.index
