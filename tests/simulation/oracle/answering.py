"""What the functions answer: only what is known, only what could not be put away, and nothing that cannot be read."""

from collections import Counter

from tests.simulation.history import Began, Left, Parked, Replied, Troubled
from tests.simulation.oracle.finding import Case
from tests.simulation.scenario import BUCKET, PARKING
from tests.simulation.table import Write

WHOLE_BATCH = ""


class Answering:
    """I2: the answer names a record of the batch, and holds nothing up without need."""

    def __init__(self, case: Case) -> None:
        """Judge `case`."""
        self._case = case
        self._began: dict[int, Began] = {}
        self._excused: set[int] = set()
        self._receives: Counter[int] = Counter()
        self._parked: set[tuple[int, str, str | None]] = set()

    def on_began(self, happening: Began) -> None:
        self._began[happening.invocation] = happening
        if happening.function == "retry":
            self._receives.update(happening.items)

    def on_troubled(self, happening: Troubled) -> None:
        if happening.place in (PARKING, BUCKET):
            self._excused.add(happening.invocation)

    def on_replied(self, happening: Replied) -> None:
        began, claim = self._began[happening.invocation], self._case.claim
        if happening.answer:
            claim(happening.invocation in self._excused, "I1", "something was kept, though all could be put away")
        if began.function == "retry":
            claim(set(happening.answer) <= set(map(str, began.items)), "I1", "a message was kept that was not there")
            return
        numbers = [_number_text(self._case.run.writes[index]) for index in began.items]
        for identifier in happening.answer:
            fine = identifier in numbers or (identifier == WHOLE_BATCH and None in numbers)
            claim(fine, "I2", f"the answer names {identifier!r}, which is in no record of the batch")

    def on_parked(self, happening: Parked) -> None:
        part = (happening.invocation, happening.consumer, happening.event)
        self._case.claim(part not in self._parked, "I1", f"{happening.event} was parked twice by one invocation")
        self._parked.add(part)

    def on_left(self, happening: Left) -> None:
        if happening.how == "dlq":
            enough = self._receives[happening.message] >= self._case.scenario.most_receives
            self._case.claim(enough, "I1", "a message went to the dead letter queue before its time")


def _number_text(write: Write) -> str | None:
    body = write.record.get("dynamodb") if isinstance(write.record, dict) else None
    text = body.get("SequenceNumber") if isinstance(body, dict) else None
    fits = isinstance(text, str) and text.isdigit() and len(text) <= 40
    return str(text) if fits else None
