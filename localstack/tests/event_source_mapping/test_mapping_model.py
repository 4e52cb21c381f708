"""Random shards, records, answers, errors and settings, against an independent reading of the facts."""

import json
import random
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from mapping_oracle import Answer, Line, Meaning, Oracle
from mapping_world import (
    QUEUE,
    START_MS,
    DownError,
    Invocation,
    RaisesError,
    ThrottledError,
    World,
    failures,
    numbers_of,
    raw_record,
    sequence_number,
    settings,
)

from fanout_local.event_source_mapping.commands import Checkpoint, Command, Finished, Invoke, SendToDestination
from fanout_local.event_source_mapping.happenings import DestinationTook, Happening, ReadFailure
from fanout_local.event_source_mapping.position import After

HEALED_MS = 120_000
"""When the function stops to fail, so that every run ends."""

ODD_ANSWERS = [
    {"batchItemFailures": [{"itemIdentifier": ""}]},
    {"batchItemFailures": [{"itemIdentifier": None}]},
    {"batchItemFailures": [{"id": "1"}]},
    {"batchItemFailures": [{"itemIdentifier": "1"}]},
]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One random run."""

    seed: int
    records: int
    items: int
    page: int
    duration_ms: int
    trouble: float
    """How often the function or the destination fails."""
    poison: float
    """How many records always fail, until all is healed."""
    age_ms: int | None
    filtered: bool
    reads_fail: bool
    settings: list[dict[str, Any]]
    """Those it begins with, and those that follow."""


def _changes() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "batch_size": st.sampled_from([1, 2, 3, 7, 20, 100]),
            "batching_window_ms": st.sampled_from([0, 0, 1_000, 20_000]),
            "parallelization_factor": st.sampled_from([1, 1, 2, 3, 10]),
            "maximum_retry_attempts": st.sampled_from([-1, 0, 1, 3]),
            "bisect_batch_on_function_error": st.booleans(),
            "report_batch_item_failures": st.booleans(),
            "enabled": st.sampled_from([True, True, True, False]),
        }
    )


SCENARIOS = st.builds(
    Scenario,
    seed=st.integers(0, 2**32),
    records=st.integers(0, 80),
    items=st.integers(1, 30),
    page=st.sampled_from([1, 5, 1_000]),
    duration_ms=st.sampled_from([0, 5, 700]),
    trouble=st.sampled_from([0.0, 0.1, 0.5]),
    poison=st.sampled_from([0.0, 0.05, 0.3]),
    age_ms=st.sampled_from([None, None, 60_000]),
    filtered=st.booleans(),
    reads_fail=st.booleans(),
    settings=st.one_of(
        _changes().map(lambda only: [only | {"enabled": True}]), st.lists(_changes(), min_size=2, max_size=4)
    ),
)


class Watched(World):
    """A world whose every step an oracle sees."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.chance = random.Random(scenario.seed)
        self.poison = {n for n in range(1, scenario.records + 1) if self.chance.random() < scenario.poison}
        self.meant: dict[int, Answer] = {}
        self.deliveries: dict[int, SendToDestination] = {}
        super().__init__(
            self._settings(0),
            self._run_function,
            page=scenario.page,
            duration_ms=scenario.duration_ms,
            destination=lambda _failure: not self._troubled(),
        )
        lines: dict[int, Line] = {}
        at_ms = START_MS
        for number in range(1, scenario.records + 1):
            at_ms += self.chance.choice([0, 0, 100, 300, 3_000])
            item = f"item-{self.chance.randrange(scenario.items)}"
            event = self.chance.choice(["INSERT", "INSERT", "REMOVE"])
            self.records.append((at_ms, raw_record(number, item, created_ms=at_ms, event=event)))
            lines[number] = Line(item, at_ms, filtered_out=scenario.filtered and event == "REMOVE")
        self.closes_ms = at_ms + 1_000
        regrouped = len(scenario.settings) > 1 or scenario.age_ms is not None
        self.oracle = Oracle(lines, regrouped=regrouped)
        for place in range(1, len(scenario.settings)):
            self.change(place * 9_000, **self._said(place))
        if len(scenario.settings) > 1:
            self.change(HEALED_MS - 1, **self._said(0), enabled=True)
        if scenario.reads_fail:
            kinds = (ReadFailure.EXPIRED_ITERATOR, ReadFailure.THROTTLED, ReadFailure.UNAVAILABLE)
            for at_ms in range(0, 30_000, 3_000):
                self.at(START_MS + at_ms, lambda: self.read_failures.append(self.chance.choice(kinds)))

    def _said(self, place: int) -> dict[str, Any]:
        said = self.scenario.settings[place] | {
            "destination_arn": QUEUE,
            "maximum_record_age_ms": self.scenario.age_ms,
            "filters": (json.dumps({"eventName": ["INSERT"]}),) if self.scenario.filtered else (),
        }
        return said if place else {name: value for name, value in said.items() if name != "enabled"}

    def _settings(self, place: int) -> Any:
        return settings(**self._said(place), enabled=True)

    def _troubled(self) -> bool:
        return self.now_ms < START_MS + HEALED_MS and self.chance.random() < self.scenario.trouble

    def _run_function(self, event: dict[str, Any]) -> object:
        numbers = numbers_of(event)
        poisoned = self.poison & set(numbers) if self.now_ms < START_MS + HEALED_MS else set()
        kind = self.chance.choice(["error", "named", "odd", "throttled", "down"]) if self._troubled() else "fine"
        if poisoned and kind == "fine":
            kind = self.chance.choice(["error", "named"])
        key = self.invocations[-1].command.invocation
        self.meant[key] = Answer(meaning=Meaning.ERROR)
        match kind:
            case "error":
                raise RaisesError
            case "throttled" | "down":
                self.meant[key] = Answer(meaning=Meaning.NEVER_RAN)
                raise ThrottledError if kind == "throttled" else DownError
            case "named":
                named = sorted(poisoned) or self.chance.sample(numbers, self.chance.randint(1, len(numbers)))
                self.meant[key] = Answer(meaning=Meaning.NAMED, first_failed=min(named))
                return failures(*named)
            case "odd":
                self.meant[key] = Answer(meaning=Meaning.NAMED)
                return self.chance.choice(ODD_ANSWERS)
            case _:
                self.meant[key] = Answer(meaning=Meaning.FINE)
                return self.chance.choice([None, {}, "", {"batchItemFailures": []}])

    def answered(self, invocation: Invocation) -> None:
        self.oracle.answered(invocation.numbers, self.meant[invocation.command.invocation], self.settings)

    def tell(self, happening: Happening) -> None:
        if isinstance(happening, DestinationTook):
            failure = self.deliveries[happening.delivery].failure
            numbers = numbers_of(json.loads(failure.event))
            assert failure.start_sequence_number == sequence_number(numbers[0])
            assert failure.end_sequence_number == sequence_number(numbers[-1])
            self.oracle.given_up(failure, numbers, self.settings)
        super().tell(happening)

    def _carry_out(self, command: Command) -> None:
        super()._carry_out(command)
        match command:
            case SendToDestination(delivery=delivery):
                self.deliveries[delivery] = command
            case Invoke():
                assert self.settings.enabled
                self.oracle.invoked(self.invocations[-1].numbers)
                most = max(settings(**changes).lanes for changes in self.scenario.settings)
                assert len(self.under_way) <= (most if self.oracle.regrouped else self.settings.lanes)
                if len(self.scenario.settings) == 1:
                    assert command.batch_size <= self.settings.batch_size
            case Checkpoint(position=After(sequence_number=number)):
                place = next(n for n in self.oracle.lines if sequence_number(n) == number)
                self.oracle.checkpointed(place)
            case Finished():
                self.oracle.ended()
            case _:
                pass


@given(scenario=SCENARIOS)
@hypothesis_settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happens_the_facts_hold(scenario: Scenario) -> None:
    """Order per item, nothing skipped, nothing given up too early, every loss named, lanes within the factor."""
    world = Watched(scenario).run(HEALED_MS + 400_000)
    assert world.finished
    assert world.machine.view.held_records == 0
