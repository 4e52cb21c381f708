"""What does one poison record in 10,000 do to the others? It is one that one of the sinks will never take.

No call takes any time here; what is counted is who got what, how often, and by which invocation.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.contenders.clients import Clients
from benchmarks.contenders.fanout import fanout_handler
from benchmarks.contenders.handler import FANOUT, PLAIN, POWERTOOLS, Handler
from benchmarks.contenders.plain import plain_handler
from benchmarks.contenders.powertools import powertools_handler
from benchmarks.pretended.mapping import Record, Shard
from benchmarks.pretended.services import Services, Tolls
from benchmarks.stream_events import stream_event
from benchmarks.verdict import Goal, Verdict

RECORDS = 10_000
RECORD_BYTES = 500
POISON = "document-5050"
HANDLERS: Mapping[str, Callable[[Clients], Handler]] = {
    FANOUT: fanout_handler,
    PLAIN: plain_handler,
    POWERTOOLS: powertools_handler,
}
AGAIN = "given again to a sink that had them"
DELAYED = "delayed by a redelivery"
NEVER = "never delivered"
OTHERS = "other sinks that never got the poison record"
INVOCATIONS = "invocations more than batches"


@dataclass(slots=True)
class Watch:
    """Who got what, and by which invocation.

    Attributes:
        first_given: document -> the invocation that first had it.
        taken: sink -> document -> the invocations by which the sink took it.

    """

    invocation: int = 0
    first_given: dict[str, int] = field(default_factory=dict)
    taken: dict[str, dict[str, list[int]]] = field(default_factory=dict)

    def watched(self, handle: Handler) -> Handler:
        """Return the handler, with its invocations counted."""

        def invoke(event: Mapping[str, Sequence[Record]]) -> Mapping[str, object]:
            self.invocation += 1
            for record in event["Records"]:
                self.first_given.setdefault(_document(record), self.invocation)
            return handle(event)

        return invoke

    def tolls(self, poisoned: str) -> Tolls:
        """Return tolls that are watched; the sink `poisoned` refuses the poison."""
        tolls = Tolls()
        for name, toll in tolls.sinks():
            of_sink: dict[str, list[int]] = defaultdict(list)
            self.taken[name] = of_sink
            toll.taken = lambda document, of_sink=of_sink: of_sink[document].append(self.invocation)
            if name == poisoned:
                toll.refuses = POISON.__eq__
        return tolls

    def sums(self) -> Mapping[str, int]:
        """Return what happened to the healthy records, and to the poison's part at the other sinks."""
        healthy = self.first_given.keys() - {POISON}
        parts = [(document, of_sink.get(document, [])) for of_sink in self.taken.values() for document in healthy]
        return {
            AGAIN: sum(len(taken) - 1 for _, taken in parts if taken),
            DELAYED: sum(taken[0] > self.first_given[document] for document, taken in parts if taken),
            NEVER: sum(not taken for _, taken in parts),
            OTHERS: sum(POISON not in of_sink for of_sink in self.taken.values()) - 1,
            INVOCATIONS: self.invocation - RECORDS // 100,
        }


def run() -> Verdict:
    """Deliver the stream with the poison at each sink in turn."""
    records = stream_event(records=RECORDS, record_bytes=RECORD_BYTES)["Records"]
    observed: dict[str, dict[str, float]] = {}
    for poisoned, _ in Tolls().sinks():
        for name, make in HANDLERS.items():
            watch = Watch()
            shard = Shard(watch.watched(make(Services(watch.tolls(poisoned)))))
            shard.deliver(records)
            for what, count in watch.sums().items():
                observed.setdefault(f"{poisoned}: {what}", {})[name] = count
    return Verdict(
        name="poison",
        question="one record in 10,000 that one sink never takes: parts (record and sink) of the healthy ones",
        observed=observed,
        goals={
            f"{what}: {FANOUT}": Goal(most=0) for what in observed if what.endswith((AGAIN, DELAYED, NEVER, OTHERS))
        },
    )


def _document(record: Record) -> str:
    return str(record["dynamodb"]["Keys"]["id"]["S"])
