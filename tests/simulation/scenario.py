"""What a seed stands for: a world, its traffic, and all that will go wrong in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random

CONSUMERS = ("search", "queue", "sockets", "audit")
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


class Fault(StrEnum):
    """Everything that can go wrong. Those that come in phases first."""

    DOWN = "down"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    HANGS = "hangs"
    SLOW = "slow"
    THROTTLES = "throttles"
    REJECTS_ALL = "rejects-all"
    STUCK = "stuck"
    LEDGER_UNREADABLE = "ledger-unreadable"
    LEDGER_UNWRITABLE = "ledger-unwritable"
    LEDGER_SLOW = "ledger-slow"
    PARKING_FAILS = "parking-fails"
    PARKING_SLOW = "parking-slow"
    BUCKET_FAILS = "bucket-fails"
    BUCKET_SLOW = "bucket-slow"
    # by chance
    ITEM_FAILS = "item-fails"
    POISON = "poison"
    CALL_FAILS = "call-fails"
    ANSWER_LOST = "answer-lost"
    EFFECT_LATE = "effect-late"
    RAISES = "raises"
    FORGETS = "forgets"
    ANSWERS_TWICE = "answers-twice"
    LEDGER_CALL_FAILS = "ledger-call-fails"
    LEDGER_CLOBBERED = "ledger-clobbered"
    PARKING_PARTLY = "parking-partly"
    PARKING_ANSWER_LOST = "parking-answer-lost"
    BUCKET_PARTLY = "bucket-partly"
    CRASH = "crash"
    OVERRUN = "overrun"
    INVOCATION_LOST = "invocation-lost"
    MESSAGE_TWICE = "message-twice"
    RECORD_TWICE = "record-twice"
    MALFORMED = "malformed"
    NEW_LABEL = "new-label"
    RESHARD = "reshard"


OF_A_SINK = tuple(Fault)[: tuple(Fault).index(Fault.LEDGER_UNREADABLE)]
OF_THE_LEDGER = (Fault.LEDGER_UNREADABLE, Fault.LEDGER_UNWRITABLE, Fault.LEDGER_SLOW)
OF_PARKING = (Fault.PARKING_FAILS, Fault.PARKING_SLOW)
OF_THE_BUCKET = (Fault.BUCKET_FAILS, Fault.BUCKET_SLOW)
BY_CHANCE = tuple(Fault)[tuple(Fault).index(Fault.ITEM_FAILS) :]
LEDGER, PARKING, BUCKET = "ledger", "parking", "bucket"

_MOST_LIKELY: Mapping[Fault, float] = {
    Fault.ITEM_FAILS: 0.2,
    Fault.POISON: 0.08,
    Fault.CALL_FAILS: 0.2,
    Fault.ANSWER_LOST: 0.15,
    Fault.EFFECT_LATE: 0.1,
    Fault.RAISES: 0.15,
    Fault.FORGETS: 0.05,
    Fault.ANSWERS_TWICE: 0.1,
    Fault.LEDGER_CALL_FAILS: 0.15,
    Fault.LEDGER_CLOBBERED: 0.1,
    Fault.PARKING_PARTLY: 0.15,
    Fault.PARKING_ANSWER_LOST: 0.15,
    Fault.BUCKET_PARTLY: 0.4,
    Fault.CRASH: 0.15,
    Fault.OVERRUN: 0.02,
    Fault.INVOCATION_LOST: 0.1,
    Fault.MESSAGE_TWICE: 0.1,
    Fault.RECORD_TWICE: 0.1,
    Fault.MALFORMED: 0.08,
    Fault.NEW_LABEL: 1.0,
    Fault.RESHARD: 1.0,
}
"""The most that a seed may take for the chance of a fault."""

USUAL_S = 600.0
DOUBLING = (
    Fault.MESSAGE_TWICE,
    Fault.PARKING_ANSWER_LOST,
    Fault.PARKING_PARTLY,
    Fault.CRASH,
    Fault.OVERRUN,
    Fault.INVOCATION_LOST,
    Fault.ANSWER_LOST,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A time in which something is wrong at one place: at a consumer's sink, the ledger, the queues or the bucket."""

    place: str
    fault: Fault
    begins_s: float
    ends_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A world. Attributes are as their names say; chances are those of one call, item, record or invocation.

    Attributes:
        faults_end_s: from then on nothing goes wrong any more.
        most_attempts: of the mapping, -1 for ever.
        most_age_s: of a record, for the mapping.
        patience_s: by consumer.

    """

    seed: int
    consumers: tuple[str, ...]
    documents: int
    changes: int
    faults_end_s: float
    shards: int
    lanes: int
    batch_size: int
    batch_window_s: float
    bisect: bool
    most_attempts: int
    most_age_s: float
    timeout_s: float
    reserve_s: float
    patience_s: Mapping[str, float]
    retry_batch: int
    retry_concurrency: int
    most_receives: int
    phases: tuple[Phase, ...]
    chances: Mapping[Fault, float]

    def chance(self, fault: Fault) -> float:
        return self.chances.get(fault, 0.0)


def scenario_of(seed: int, without: frozenset[Fault] = frozenset()) -> Scenario:
    """Return the world of a seed; `without` leaves faults out and changes nothing else in what was drawn."""
    rng = Random(f"scenario {seed}")
    lasting = rng.random()
    span_s = rng.choice((20.0, 120.0, 600.0)) if lasting < 0.88 else rng.choice((HOUR_S, HOUR_S, 12 * HOUR_S))
    ten_days = lasting > 0.999
    faults_end_s = 11 * DAY_S if ten_days else span_s * rng.uniform(1.0, 2.0)
    most_changes = 2 if ten_days else 15 if faults_end_s > HOUR_S else 120
    changes = max(1, min(most_changes, int(rng.choice((5, 15, 40, 80)) * rng.uniform(0.5, 1.5))))
    consumers = CONSUMERS if rng.random() < 0.5 else tuple(sorted(rng.sample(CONSUMERS, rng.randint(2, 3))))
    return Scenario(
        seed=seed,
        consumers=consumers,
        documents=rng.randint(1, 8),
        changes=changes,
        faults_end_s=faults_end_s,
        shards=rng.randint(1, 3),
        lanes=rng.randint(1, 2),
        batch_size=rng.choice((1, 3, 10, 25, 60)),
        batch_window_s=rng.choice((0.0, 0.0, 2.0, 20.0)),
        bisect=rng.random() < 0.7,
        most_attempts=rng.choice((-1, -1, 3, 10)),
        most_age_s=rng.choice((DAY_S, 12 * HOUR_S, 6 * HOUR_S)),
        timeout_s=rng.choice((12.0, 20.0, 30.0, 60.0)),
        reserve_s=rng.choice((2.0, 4.0)),
        patience_s={name: rng.choice((2.0, 5.0, 8.0)) for name in CONSUMERS},
        retry_batch=10 if faults_end_s > HOUR_S else rng.choice((1, 5, 10)),
        retry_concurrency=rng.randint(1, 2),
        most_receives=10,
        phases=tuple(p for p in _phases(rng, faults_end_s, ten_days=ten_days) if p.fault not in without),
        chances={fault: chance for fault, chance in _chances(rng, faults_end_s).items() if fault not in without},
    )


def _phases(rng: Random, faults_end_s: float, *, ten_days: bool) -> list[Phase]:
    phases = []
    if ten_days:
        fault = rng.choice((Fault.DOWN, Fault.FORBIDDEN, Fault.HANGS))
        phases.append(Phase(place=rng.choice(CONSUMERS), fault=fault, begins_s=0.0, ends_s=faults_end_s))
    places = [(name, OF_A_SINK) for name in CONSUMERS for _ in range(2)]
    places += [(LEDGER, OF_THE_LEDGER), (PARKING, OF_PARKING), (BUCKET, OF_THE_BUCKET)]
    for place, faults in places:
        wanted, fault, begins, lasts = rng.random(), rng.choice(faults), rng.random(), rng.choice((0.05, 0.3, 1.0))
        if wanted < 0.25:
            longest_s = 0.5 * HOUR_S if place in (PARKING, BUCKET) else faults_end_s
            begins_s = begins * faults_end_s
            ends_s = min(faults_end_s, begins_s + min(longest_s, lasts * faults_end_s))
            phases.append(Phase(place=place, fault=fault, begins_s=begins_s, ends_s=ends_s))
    return phases


def _chances(rng: Random, faults_end_s: float) -> dict[Fault, float]:
    """Some faults at a time: a world in which everything fails at once hides more than it shows.

    The longer a world lasts, the rarer is what makes two messages of one: a sink that is down for days has its changes
    parked anew a thousand times, and each time can double them.
    """
    activity = rng.choice((0.0, 0.15, 0.3, 0.5))
    drawn = {fault: (rng.random(), rng.random()) for fault in BY_CHANCE}
    rarer = min(1.0, USUAL_S / faults_end_s)
    return {
        fault: height * _MOST_LIKELY[fault] * (rarer if fault in DOUBLING else 1.0)
        for fault, (wanted, height) in drawn.items()
        if wanted < activity
    }
