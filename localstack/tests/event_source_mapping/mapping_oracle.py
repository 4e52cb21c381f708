"""A second, independent reading of the facts: it watches what a machine commands and says what must not be.

It knows what the function meant with each answer, not its form, and keeps one line a record; it cuts no batches and
keeps no queues.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from fanout_local.event_source_mapping.failure_record import Condition, FailureRecord
from fanout_local.event_source_mapping.settings import FOR_EVER, MappingSettings


class Meaning(Enum):
    """What an answer is meant to say."""

    FINE = auto()
    ERROR = auto()
    NAMED = auto()
    NEVER_RAN = auto()


@dataclass(kw_only=True)
class Answer:
    """What the function did with a batch."""

    meaning: Meaning
    first_failed: int | None = None
    """Of NAMED: the lowest record named; None: the answer names something else, so all failed."""


@dataclass
class Line:
    """What is known of one record."""

    item: str
    created_ms: int
    filtered_out: bool = False
    done: bool = False
    given_up: bool = False
    under_way: bool = False
    failures: int = 0

    @property
    def settled(self) -> bool:
        return self.filtered_out or self.done or self.given_up


@dataclass
class Oracle:
    """Raises AssertionError at the first thing that must not be."""

    lines: dict[int, Line]
    regrouped: bool
    """Lanes change while it runs: what had failed may be batched anew."""
    checkpoint: int = 0
    expected: list[list[int]] = field(default_factory=list)
    """Batches that must come before any other that shares a record with them."""

    def invoked(self, numbers: Sequence[int]) -> None:
        """A batch goes to the function."""
        assert numbers, "an empty batch"
        assert list(numbers) == sorted(set(numbers)), "a batch is in stream order"
        lines = [self.lines[number] for number in numbers]
        assert not any(line.settled for line in lines), "what is settled is sent again"
        assert not any(line.under_way for line in lines), "what is under way is sent again"
        for number, line in zip(numbers, lines, strict=True):
            older = [n for n in self.lines if n < number and self.lines[n].item == line.item]
            assert all(self.lines[n].settled or n in numbers for n in older), "an item's order is broken"
        self._keeps_to_what_is_expected(list(numbers))
        for line in lines:
            line.under_way = True

    def answered(self, numbers: Sequence[int], answer: Answer, settings: MappingSettings) -> None:
        """The function answered, and the machine is told now."""
        lines = [self.lines[number] for number in numbers]
        for line in lines:
            line.under_way = False
        if answer.meaning is Meaning.NEVER_RAN:
            self.expected.append(list(numbers))
            return
        named = answer.meaning is Meaning.NAMED and settings.report_batch_item_failures
        if answer.meaning is Meaning.FINE or (answer.meaning is Meaning.NAMED and not named):
            self._done(numbers)
        elif named and answer.first_failed is not None and answer.first_failed > numbers[0]:
            self._done([number for number in numbers if number < answer.first_failed])
            rest = [number for number in numbers if number >= answer.first_failed]
            for number in rest:
                self.lines[number].failures = 0
            self.expected.append(rest)
        elif settings.bisect_batch_on_function_error and len(numbers) > 1:
            half = len(numbers) - len(numbers) // 2
            for line in lines:
                line.failures = 0
            self.expected += [list(numbers[:half]), list(numbers[half:])]
        else:
            for line in lines:
                line.failures += 1
            if settings.maximum_retry_attempts == FOR_EVER or lines[0].failures <= settings.maximum_retry_attempts:
                self.expected.append(list(numbers))

    def given_up(self, failure: FailureRecord, numbers: Sequence[int], settings: MappingSettings) -> None:
        """The destination took a failure record."""
        assert failure.batch_size == len(numbers)
        for number in numbers:
            line = self.lines[number]
            assert not line.settled, "what is settled is given up"
            assert not line.under_way, "what is under way is given up"
            if failure.condition is Condition.RECORD_AGE_EXCEEDED:
                assert settings.maximum_record_age_ms is not None
                assert failure.given_up_ms > line.created_ms + settings.maximum_record_age_ms, "given up too young"
            elif self.regrouped:
                assert line.failures >= failure.invoke_count
            else:
                assert line.failures == failure.invoke_count == settings.maximum_retry_attempts + 1
            line.given_up = True
        self.expected = [
            [number for number in batch if number not in numbers]
            for batch in self.expected
            if not set(batch) <= set(numbers)
        ]

    def checkpointed(self, number: int) -> None:
        """Everything up to a record is said to be done."""
        assert number > self.checkpoint, "a checkpoint that does not go forward"
        assert all(line.settled for n, line in self.lines.items() if n <= number), "a checkpoint passes what is open"
        self.checkpoint = number

    def ended(self) -> None:
        """The machine says that the shard is finished."""
        assert all(line.settled for line in self.lines.values()), "something was skipped"

    def _done(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            self.lines[number].done = True

    def _keeps_to_what_is_expected(self, numbers: list[int]) -> None:
        for batch in list(self.expected):
            if set(batch) & set(numbers):
                if not self.regrouped:
                    assert numbers == batch, "what is left of a batch is sent as it is, in its order"
                self.expected.remove(batch)
