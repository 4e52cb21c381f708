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
        claim, document = self._case.claim, happening.document
        claim(write.index > self.shown.get(place, -1), "I5", f"an older state of {document} came over a newer one")
        claim(write.document == document, "I5", f"a state of {write.document} was shown as one of {document}")
        self.shown[place] = write.index
