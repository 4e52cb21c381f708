"""Commands on their way out of one call of a shard's state machine. Pure."""

from fanout_local.event_source_mapping.choices import NO_RECORDS
from fanout_local.event_source_mapping.commands import Command, Measured, Metric, ProcessingResult


class Outbox:
    """Collects commands; gives out the numbers that name invocations and deliveries."""

    def __init__(self) -> None:
        """Nothing to do yet."""
        self._commands: list[Command] = []
        self._numbers = 0
        self._result = NO_RECORDS
        self._read_problem: str | None = None
        self._told = NO_RECORDS

    def number(self) -> int:
        """Return a number that names nothing else."""
        self._numbers += 1
        return self._numbers

    def put(self, command: Command) -> None:
        """Have something done."""
        self._commands.append(command)

    def measure(self, metric: Metric, value: int) -> None:
        """Report a metric's value; no events are not reported."""
        if value:
            self._commands.append(Measured(metric=metric, value=value))

    def result(self, text: str) -> None:
        """Report LastProcessingResult when it is another than before."""
        self._result = text
        self._tell_result()

    def read_problem(self, text: str | None) -> None:
        """Report a problem with reading, as long as it lasts, instead; None: there is none any more."""
        self._read_problem = text
        self._tell_result()

    def _tell_result(self) -> None:
        text = self._read_problem or self._result
        if text != self._told:
            self._told = text
            self._commands.append(ProcessingResult(text=text))

    def taken(self) -> list[Command]:
        """Return what was put since the last time."""
        commands, self._commands = self._commands, []
        return commands
