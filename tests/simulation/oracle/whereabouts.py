"""Where each change is, by consumer, at any moment of the history: the ground that other checks stand on."""

from collections import Counter, defaultdict

from tests.simulation.history import Died, Left, Moved, Parked, Took
from tests.simulation.oracle.finding import DECODER, Case
from tests.simulation.table import Write


class Whereabouts:
    """I1: what left the stream or a queue is durable elsewhere, whole."""

    def __init__(self, case: Case) -> None:
        """Begin with nothing anywhere."""
        self._case = case
        self.taken: set[tuple[str, str]] = set()
        self.dead: set[tuple[str, str]] = set()
        self.in_queue: Counter[tuple[str, str]] = Counter()
        self.ever_parked: set[tuple[str, str]] = set()
        self.given_up: set[tuple[str, str]] = set()
        self.bad_dead: list[object] = []
        self.discarded: set[int] = set()
        self._messages: dict[tuple[str, int], str] = {}
        self._moved: defaultdict[str, int] = defaultdict(int)

    def on_took(self, happening: Took) -> None:
        write = self._case.by_event[happening.event]
        self._case.claim(happening.version == write.version, "I5", "a sink was given another state than was written")
        self.taken.add((happening.consumer, happening.event))

    def on_parked(self, happening: Parked) -> None:
        if not self._whole(happening.event, happening.record, f"parked for {happening.consumer}"):
            return
        part = (happening.consumer, str(happening.event))
        self._messages[happening.consumer, happening.message] = part[1]
        self.in_queue[part] += 1
        self.ever_parked.add(part)

    def on_died(self, happening: Died) -> None:
        if happening.consumer == DECODER:
            self.bad_dead.append(happening.record)
        elif self._whole(happening.event, happening.record, f"dead-lettered for {happening.consumer}"):
            self.dead.add((happening.consumer, str(happening.event)))
        fine = happening.attempts >= 1 and happening.first_at_ms <= happening.last_at_ms
        self._case.claim(fine, "I7", "a dead letter without a possible history")

    def on_left(self, happening: Left) -> None:
        part = (happening.consumer, self._messages[happening.consumer, happening.message])
        self.in_queue[part] -= 1
        if happening.how == "dlq":
            self.given_up.add(part)
        else:
            self._case.claim(self.durable(*part), "I1", f"{part[1]} left {part[0]}'s retry queue and is nowhere else")

    def on_moved(self, happening: Moved) -> None:
        writes = [self._case.run.writes[index] for index in happening.passed]
        if happening.how != "answer":
            self.discarded.update(happening.passed)
            return
        for write in writes:
            self._case.claim(
                self.settled(write), "I1, I2", f"the checkpoint passed write {write.index}, which is not settled"
            )

    def durable(self, consumer: str, event: str) -> bool:
        part = (consumer, event)
        if consumer in self._case.by_event[event].skipped_by:
            return True
        return part in self.taken or part in self.dead or part in self.given_up or self.in_queue[part] > 0

    def settled(self, write: Write) -> bool:
        if not write.readable:
            return write.record in self.bad_dead
        return all(self.durable(name, str(write.event_id)) for name in self._case.scenario.consumers)

    def _whole(self, event: str | None, record: object, what: str) -> bool:
        write = self._case.by_event.get(str(event))
        whole = write is not None and write.record == record
        self._case.claim(whole, "I1", f"{event} was {what}, but not whole")
        return whole
