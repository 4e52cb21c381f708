"""I7: what lies in a change dead-letters it; what lies in a sink, or in our configuration, parks."""

from collections import defaultdict

from tests.simulation.history import Began, Died, Given, Parked, Said
from tests.simulation.oracle.finding import DECODER, Case
from tests.simulation.scenario import DAY_S
from tests.simulation.sink_faults import MASS_CAUSE

MOMENT_S = 1e-6
MASS = 5
MASS_SHARE = 0.5
TEN_DAYS_MS = 10 * DAY_S * 1000
DAY_MS = DAY_S * 1000
LONGEST_DELAY_S = 900.0
"""Of an SQS message."""


class Classifying:
    """Judges each dead letter by what the sinks answered."""

    def __init__(self, case: Case) -> None:
        """Judge `case`."""
        self._case = case
        self._given: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
        self._rejected: defaultdict[tuple[int, str], dict[str, str]] = defaultdict(dict)
        self._ends_at_s: dict[tuple[int, str], float] = {}
        self._asked_s: dict[tuple[int, str, str], float] = {}
        self._items: dict[int, tuple[int, ...]] = {}
        self._messages: dict[int, Parked] = {}

    def on_began(self, happening: Began) -> None:
        if happening.function == "retry":
            self._items[happening.invocation] = happening.items

    def on_given(self, happening: Given) -> None:
        call = (happening.invocation, happening.consumer)
        self._given[call].update(happening.events)
        self._ends_at_s[call] = happening.ends_at_s

    def on_said(self, happening: Said) -> None:
        call = (happening.invocation, happening.consumer)
        if happening.at_s >= self._ends_at_s[call] - MOMENT_S:
            self._asked_s.pop((*call, happening.event), None)
            return
        if happening.outcome == "Rejected":
            self._rejected[call].setdefault(happening.event, happening.cause)
        self._asked_s[*call, happening.event] = happening.after_s or 0.0

    def on_parked(self, happening: Parked) -> None:
        asked_s = self._asked_s.get((happening.invocation, happening.consumer, str(happening.event)), 0.0)
        least_s = min(asked_s, LONGEST_DELAY_S)
        honoured = least_s <= happening.delay_s <= LONGEST_DELAY_S
        self._case.claim(honoured, "I6", f"parked for {happening.delay_s:.1f} s, where {least_s:.1f} s were asked for")
        self._messages[happening.message] = happening

    def on_died(self, happening: Died) -> None:
        consumer, event, cause = happening.consumer, str(happening.event), happening.cause
        claim = self._case.claim
        if consumer == DECODER:
            bad = [write.record for write in self._case.run.writes if not write.readable]
            claim(happening.record in bad, "I7", f"{event} was dead-lettered as malformed, and it is not")
            return
        write = self._case.by_event.get(event)
        poison = write is not None and consumer in write.poison_for
        age_ms = happening.last_at_ms - happening.first_at_ms
        call = (happening.invocation, consumer)
        if cause == "ParkedTooLong":
            claim(age_ms >= TEN_DAYS_MS, "I7", f"{event} was parked for less than ten days")
        elif cause == MASS_CAUSE:
            count = sum(each == MASS_CAUSE for each in self._rejected[call].values())
            mass = count >= max(MASS, len(self._given[call]) * MASS_SHARE)
            claim(not mass, "I7", f"{event} was dead-lettered, though {count} changes were rejected for one cause")
            known = self._known_mass(happening)
            claim(not known, "I7", f"{event} was dead-lettered, though it was parked in a mass rejection not a day ago")
        else:
            claim(poison and cause == "Poison", "I7", f"{event} was dead-lettered for {consumer} by {cause}")

    def _known_mass(self, happening: Died) -> bool:
        """Return whether a worker dead-lettered what its messages say was rejected in a mass lately."""
        items = (self._messages[number] for number in self._items.get(happening.invocation, ()))
        mine = [message for message in items if message.event == happening.event]
        return bool(mine) and all(
            message.cause == "MassRejection" and happening.last_at_ms - message.first_at_ms < DAY_MS for message in mine
        )
