"""What a run must have come to when all faults are over: nothing is lost, the newest shows, and all is quiet."""

from collections import Counter

from tests.simulation.history import Calm, Failed, Given, Moved, Parked, Replied, Took
from tests.simulation.oracle.finding import Case
from tests.simulation.oracle.newest_wins import NewestWins
from tests.simulation.oracle.whereabouts import Whereabouts

QUICK_S = 10.0
"""Most seconds from a write to its delivery when all is well, besides the batch's window."""


class Ending:
    """Judges the end, and the calm before it."""

    def __init__(self, case: Case, whereabouts: Whereabouts, newest: NewestWins) -> None:
        """Judge `case`."""
        self._case = case
        self._whereabouts = whereabouts
        self._newest = newest
        self._calms = 0
        self._calm_from = len(case.run.writes)
        self._given: Counter[tuple[str, str]] = Counter()
        self._written = 0

    @property
    def _calm(self) -> bool:
        return self._calms == 2

    def on_calm(self, happening: Calm) -> None:
        self._calms += 1
        if self._calm:
            self._calm_from = sum(write.at_s < happening.at_s for write in self._case.run.writes)

    def on_given(self, happening: Given) -> None:
        if self._calm:
            self._given.update((happening.consumer, event) for event in happening.events)

    def on_took(self, happening: Took) -> None:
        write = self._case.by_event[happening.event]
        if write.index >= self._calm_from:
            most_s = QUICK_S + self._case.scenario.batch_window_s * self._case.scenario.documents
            self._case.claim(happening.at_s - write.at_s <= most_s, "end", "a change took long, though all is well")

    def on_parked(self, happening: Parked) -> None:
        self._case.claim(not self._calm, "end", f"{happening.consumer} had a change parked, though all is well")

    def on_failed(self, happening: Failed) -> None:
        self._case.claim(not self._calm, "end", f"an invocation {happening.why}, though all is well")

    def on_replied(self, happening: Replied) -> None:
        self._case.claim(not (self._calm and happening.answer), "end", "something was kept, though all is well")

    def on_moved(self, happening: Moved) -> None:
        lost = happening.how == "discarded" and self._case.scenario.most_attempts < 0
        self._case.claim(not lost, "end", "a mapping that tries for ever gave up")
        self._case.claim(happening.how != "expired", "end", "a shard stood until its records were too old")

    def end(self) -> None:
        """Judge what is left at the end."""
        case, whereabouts = self._case, self._whereabouts
        case.claim(case.run.drained, "end", "all faults are over, and something does not come to rest")
        if not case.run.drained:
            return
        for write in case.run.writes:
            if write.index in whereabouts.discarded:
                continue
            case.claim(whereabouts.settled(write), "end", f"write {write.index} ({write.event_id}) is lost")
            if write.index >= self._calm_from:
                for name in case.scenario.consumers:
                    times = self._given[name, str(write.event_id)]
                    case.claim(times == 1, "I3", f"{name} was given a change {times} times, though all is well")
        for name in {consumer for consumer, _ in self._newest.shown}:
            taken = [write for write in case.run.writes if (name, str(write.event_id)) in whereabouts.taken]
            newest = {str(write.document): write.index for write in taken}
            shown = {document: index for (at, document), index in self._newest.shown.items() if at == name}
            case.claim(newest == shown, "I5", f"{name} does not show the newest state of every document")
