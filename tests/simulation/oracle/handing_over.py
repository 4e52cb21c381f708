"""What consumers are given: not what they have, in order, one call at a time, and no more than they may see."""

from tests.simulation.history import Began, Given, Noted, Recalled, Said
from tests.simulation.oracle.finding import Case
from tests.simulation.oracle.whereabouts import Whereabouts

MOMENT_S = 1e-6
KEPT_BY = {
    "delivered": lambda whereabouts, part: part in whereabouts.taken,
    "parked": lambda whereabouts, part: part in whereabouts.ever_parked,
    "dead_lettered": lambda whereabouts, part: part in whereabouts.dead,
}


class HandingOver:
    """I3, I4, I8 and the projection."""

    def __init__(self, case: Case, whereabouts: Whereabouts) -> None:
        """Judge `case`."""
        self._case = case
        self._whereabouts = whereabouts
        self._had: dict[int, Recalled] = {}
        self._began: dict[int, Began] = {}
        self._said: dict[tuple[int, str, str], Said] = {}

    def on_began(self, happening: Began) -> None:
        self._began[happening.invocation] = happening

    def on_recalled(self, happening: Recalled) -> None:
        self._had[happening.invocation] = happening

    def on_noted(self, happening: Noted) -> None:
        event, _, consumer = happening.event.partition("#")
        write = self._case.by_event.get(event)
        self._case.claim(write is not None, "I3", f"the ledger took an entry of nothing: {happening.event}")
        own = {consumer} if self._began[happening.invocation].function == "retry" else set(happening.states)
        self._case.claim(set(happening.states) == own, "I3", "a worker wrote over what is not its own in the ledger")
        for name, state in happening.states.items():
            if state == "skipped":
                true = write is not None and name in write.skipped_by
            else:
                true = KEPT_BY[state](self._whereabouts, (name, event))
            self._case.claim(true, "I1", f"the ledger says {state} of {event} at {name}, and it is not")

    def on_said(self, happening: Said) -> None:
        part = (happening.invocation, happening.consumer, happening.event)
        if part not in self._said or self._said[part].outcome == "Retry":
            self._said[part] = happening

    def on_given(self, happening: Given) -> None:
        claim, consumer, scenario = self._case.claim, happening.consumer, self._case.scenario
        began, recalled = self._began[happening.invocation], self._had.get(happening.invocation)
        claim(not happening.leaks, "projection", f"{consumer} saw what it may not see")
        claim(not happening.busy, "I8", f"{consumer} was called while an earlier call of it still ran")
        patience_ends_s = happening.at_s + scenario.patience_s[consumer] + MOMENT_S
        latest_s = began.ends_at_s - scenario.reserve_s + MOMENT_S
        claim(happening.ends_at_s <= min(patience_ends_s, latest_s), "I8", f"{consumer} was given too much time")
        claim(len(set(happening.events)) == len(happening.events), "I9", f"{consumer} was given a change twice at once")
        in_call: dict[str, int] = {}
        for event in happening.events:
            write = self._case.by_event[event]
            document = str(write.document)
            claim(write.index > in_call.get(document, -1), "I4", f"{consumer} was given {document} out of order")
            in_call[document] = write.index
            if said := self._said.get((happening.invocation, consumer, event)):
                claim(said.outcome == "Retry", "I3", f"{consumer} was given {event} again after it had answered")
                pause_s = happening.at_s - said.at_s + MOMENT_S
                claim(pause_s >= (said.after_s or 0.0), "I6", f"{consumer} was asked again after {pause_s:.1f} s")
            if began.function == "stream" and recalled is not None:
                had = consumer in recalled.had.get(event, ())
                claim(not had, "I3", f"{consumer} was given {event} again, though the ledger answered that it has it")
