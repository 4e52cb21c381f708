"""What Lambda does with a stream: batches, checkpoints, attempts, bisecting, and what it gives up on.

Written after AWS Lambda's documentation, not after our code.
"""

import json

from tests.simulation.environments import Services
from tests.simulation.functions import Function
from tests.simulation.history import Moved
from tests.simulation.scenario import Fault
from tests.simulation.scheduler import Process
from tests.simulation.table import Lane, Write

FOR_EVER = -1


class EventSourceMapping:
    """Reads lanes and invokes the stream function."""

    def __init__(self, services: Services, function: Function) -> None:
        """Read nothing yet."""
        self._services = services
        self._function = function
        self._process = Process()
        self.last_invocation = -1

    def opened(self, lane: Lane) -> None:
        """Begin to read a lane, once those before it are read to their end."""
        self._services.scheduler.spawn(self._process, lambda: self._read(lane))

    def _read(self, lane: Lane) -> None:
        scheduler, scenario = self._services.scheduler, self._services.scenario
        while any(not parent.read() for parent in lane.after):
            scheduler.sleep(1.0)
        while not (lane.closed and lane.read()):
            if lane.read():
                scheduler.wait(lane.news, 1.0 if lane.closed else None)
                continue
            if len(lane.writes) - lane.position < scenario.batch_size:
                scheduler.sleep(scenario.batch_window_s + self._services.rng.uniform(0.0, 0.5))
            self._deliver(lane, lane.writes[lane.position :][: scenario.batch_size])

    def _deliver(self, lane: Lane, batch: list[Write]) -> None:
        """Try a batch, or what is left of it, until it is done or given up."""
        scenario = self._services.scenario
        parts = [(batch, 0)]
        while parts:
            part, failures = parts.pop(0)
            part = self._young(lane, part)
            if not part:
                continue
            failed_from = self._invoke(part)
            done = part[:failed_from]
            if done:
                self._move(lane, done, "answer")
                failures = 0
            rest = part[len(done) :]
            if not rest:
                continue
            failures += 1
            if not done and scenario.bisect and len(rest) > 1:
                half = (len(rest) + 1) // 2
                parts[:0] = [(rest[:half], failures), (rest[half:], failures)]
            elif scenario.most_attempts != FOR_EVER and failures > scenario.most_attempts:
                self._move(lane, rest, "discarded")
                continue
            else:
                parts.insert(0, (rest, failures))
            self._services.scheduler.sleep(self._services.rng.uniform(0.1, 2.0 ** min(failures, 6)))

    def _young(self, lane: Lane, part: list[Write]) -> list[Write]:
        """Give up records that are too old; return the others."""
        oldest_s = self._services.scheduler.now_s - self._services.scenario.most_age_s
        old = [write for write in part if write.at_s < oldest_s]
        if old:
            self._move(lane, old, "expired")
        return part[len(old) :]

    def _invoke(self, part: list[Write]) -> int:
        """Return the place in the batch from which everything failed; its length: nothing did."""
        services, records = self._services, [json.loads(write.body) for write in part]
        if services.weather.strikes(Fault.RECORD_TWICE):
            place = services.rng.randrange(len(records))
            records.insert(services.rng.randint(place, len(records)), json.loads(part[place].body))
        invocation = self._function.invoke({"Records": records}, tuple(write.index for write in part))
        self.last_invocation = invocation.number
        if invocation.answer is None:
            return 0
        numbers = {_sequence_number(write.record): write.number for write in part}
        if any(identifier not in numbers for identifier in invocation.answer):
            return 0
        lowest = min((numbers[str(identifier)] for identifier in invocation.answer), default=None)
        if lowest is None:
            return len(part)
        return next(place for place, write in enumerate(part) if write.number == lowest)

    def _move(self, lane: Lane, done: list[Write], how: str) -> None:
        lane.position += len(done)
        passed = tuple(write.index for write in done)
        scheduler, history = self._services.scheduler, self._services.history
        history.note(Moved(scheduler.now_s, self.last_invocation, lane.name, passed, how))


def _sequence_number(record: object) -> object:
    body = record.get("dynamodb") if isinstance(record, dict) else None
    return body.get("SequenceNumber") if isinstance(body, dict) else None
