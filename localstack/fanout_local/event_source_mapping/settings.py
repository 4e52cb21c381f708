"""A mapping's settings as Lambda's API tells them, read and checked. Pure.

Ranges and defaults: AWS Lambda API Reference, CreateEventSourceMapping.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from fanout_local.event_source_mapping.filters import InvalidFilterError, compile_filters

FOR_EVER = -1
"""MaximumRetryAttempts, and MaximumRecordAgeInSeconds: no limit but the stream's own 24 hours."""

SECOND_MS = 1000
DISABLED_STATES = frozenset({"Disabled", "Disabling"})
MOST_FILTERS = 10
"""Five, and ten on request: a local stack grants the request."""


class StartingPosition(Enum):
    """Where a mapping begins that has no checkpoint."""

    TRIM_HORIZON = "TRIM_HORIZON"
    LATEST = "LATEST"


class InvalidSettingsError(ValueError):
    """A setting out of its range, named in the message; the mapping cannot be served until it is changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingSettings:
    """Everything of a mapping that decides how it behaves. Two equal ones behave alike."""

    mapping_id: str
    """Its UUID."""
    function_arn: str
    stream_arn: str
    starting_position: StartingPosition
    enabled: bool = True
    batch_size: int = 100
    batching_window_ms: int = 0
    parallelization_factor: int = 1
    maximum_retry_attempts: int = FOR_EVER
    maximum_record_age_ms: int | None = None
    """None: never given up for its age."""
    bisect_batch_on_function_error: bool = False
    report_batch_item_failures: bool = False
    tumbling_window_ms: int = 0
    """0: no windows."""
    filters: tuple[str, ...] = ()
    """Patterns, JSON; one that matches is enough; none: every record."""
    destination_arn: str | None = None
    """Of the on-failure destination."""

    @property
    def lanes(self) -> int:
        """How many batches of a shard may be under way: with windows one, as their state is the shard's."""
        return 1 if self.tumbling_window_ms else self.parallelization_factor

    @property
    def region(self) -> str:
        """The stream's region: records say it."""
        return self.stream_arn.split(":")[3]


def settings_of(answer: Mapping[str, object]) -> MappingSettings:
    """Read GetEventSourceMapping's answer, or one entry of ListEventSourceMappings'.

    Raises:
        InvalidSettingsError: something is missing or out of its range.

    """
    starting_position = answer.get("StartingPosition")
    if starting_position not in {position.value for position in StartingPosition}:
        raise InvalidSettingsError(
            f"StartingPosition is {starting_position!r}; a DynamoDB stream takes TRIM_HORIZON or LATEST."
        )
    age_s = _number(answer, "MaximumRecordAgeInSeconds", default=FOR_EVER, lowest=FOR_EVER, highest=604_800)
    if FOR_EVER < age_s < 60:
        raise InvalidSettingsError(f"MaximumRecordAgeInSeconds is {age_s}; -1 (for ever) or 60 to 604800 is allowed.")
    return MappingSettings(
        mapping_id=_text(answer, "UUID"),
        function_arn=_text(answer, "FunctionArn"),
        stream_arn=_stream_arn(answer),
        starting_position=StartingPosition(starting_position),
        enabled=answer.get("State") not in DISABLED_STATES,
        batch_size=_number(answer, "BatchSize", default=100, lowest=1, highest=10_000),
        batching_window_ms=SECOND_MS
        * _number(answer, "MaximumBatchingWindowInSeconds", default=0, lowest=0, highest=300),
        parallelization_factor=_number(answer, "ParallelizationFactor", default=1, lowest=1, highest=10),
        maximum_retry_attempts=_number(
            answer, "MaximumRetryAttempts", default=FOR_EVER, lowest=FOR_EVER, highest=10_000
        ),
        maximum_record_age_ms=None if age_s == FOR_EVER else SECOND_MS * age_s,
        bisect_batch_on_function_error=bool(answer.get("BisectBatchOnFunctionError")),
        report_batch_item_failures="ReportBatchItemFailures" in _list(answer, "FunctionResponseTypes"),
        tumbling_window_ms=SECOND_MS * _number(answer, "TumblingWindowInSeconds", default=0, lowest=0, highest=900),
        filters=_filters(answer),
        destination_arn=_destination(answer),
    )


def _number(answer: Mapping[str, object], name: str, *, default: int, lowest: int, highest: int) -> int:
    value = answer.get(name)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise InvalidSettingsError(f"{name} is {value!r}; {lowest} to {highest} is allowed.")
    return value


def _text(answer: Mapping[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidSettingsError(f"{name} is missing.")
    return value


def _list(answer: Mapping[str, object], name: str) -> Sequence[object]:
    value = answer.get(name) or ()
    if not isinstance(value, list | tuple):
        raise InvalidSettingsError(f"{name} is {value!r}; a list is allowed.")
    return value


def _stream_arn(answer: Mapping[str, object]) -> str:
    arn = _text(answer, "EventSourceArn")
    parts = arn.split(":")
    if len(parts) < 6 or parts[2] != "dynamodb" or "/stream/" not in arn:
        raise InvalidSettingsError(f"EventSourceArn {arn!r} is not a DynamoDB stream's.")
    return arn


def _filters(answer: Mapping[str, object]) -> tuple[str, ...]:
    criteria = answer.get("FilterCriteria") or {}
    entries = _list(criteria, "Filters") if isinstance(criteria, Mapping) else ()
    patterns = tuple(
        entry["Pattern"] for entry in entries if isinstance(entry, Mapping) and isinstance(entry.get("Pattern"), str)
    )
    if len(patterns) != len(entries) or len(patterns) > MOST_FILTERS:
        raise InvalidSettingsError(
            f"Invalid filter pattern definition. (At most {MOST_FILTERS} patterns, each a text.)"
        )
    try:
        compile_filters(patterns)
    except InvalidFilterError as error:
        raise InvalidSettingsError(str(error)) from error
    return patterns


def _destination(answer: Mapping[str, object]) -> str | None:
    config = answer.get("DestinationConfig") or {}
    on_failure = config.get("OnFailure") if isinstance(config, Mapping) else None
    arn = on_failure.get("Destination") if isinstance(on_failure, Mapping) else None
    if arn is None:
        return None
    if not isinstance(arn, str) or arn.split(":")[2:3] not in (["sqs"], ["sns"], ["s3"]) or arn.endswith(".fifo"):
        raise InvalidSettingsError(
            f"OnFailure destination {arn!r}: an SQS standard queue, SNS topic or S3 bucket is allowed."
        )
    return arn
