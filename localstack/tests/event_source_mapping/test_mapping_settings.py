"""A mapping's settings as Lambda's API tells them."""

from typing import Any

import pytest
from mapping_world import FUNCTION, QUEUE, STREAM

from fanout_local.event_source_mapping.settings import (
    InvalidSettingsError,
    MappingSettings,
    StartingPosition,
    settings_of,
)

LEAST: dict[str, Any] = {
    "UUID": "6a0f1c3e-0000-4000-8000-000000000001",
    "EventSourceArn": STREAM,
    "FunctionArn": FUNCTION,
    "StartingPosition": "TRIM_HORIZON",
    "State": "Creating",
}


def test_what_is_not_said_has_lambdas_defaults() -> None:
    """BatchSize 100, no window, factor 1, retries and age for ever, nothing bisected or reported."""
    assert settings_of(LEAST) == MappingSettings(
        mapping_id="6a0f1c3e-0000-4000-8000-000000000001",
        function_arn=FUNCTION,
        stream_arn=STREAM,
        starting_position=StartingPosition.TRIM_HORIZON,
        enabled=True,
        batch_size=100,
        batching_window_ms=0,
        parallelization_factor=1,
        maximum_retry_attempts=-1,
        maximum_record_age_ms=None,
        bisect_batch_on_function_error=False,
        report_batch_item_failures=False,
        tumbling_window_ms=0,
        filters=(),
        destination_arn=None,
    )


def test_everything_that_is_said_is_read() -> None:
    """By the API's names; seconds become milliseconds."""
    said = settings_of(
        LEAST
        | {
            "StartingPosition": "LATEST",
            "State": "Disabled",
            "BatchSize": 10_000,
            "MaximumBatchingWindowInSeconds": 300,
            "ParallelizationFactor": 10,
            "MaximumRetryAttempts": 0,
            "MaximumRecordAgeInSeconds": 60,
            "BisectBatchOnFunctionError": True,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "TumblingWindowInSeconds": 900,
            "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
            "DestinationConfig": {"OnFailure": {"Destination": QUEUE}},
        }
    )
    assert said.starting_position is StartingPosition.LATEST
    assert not said.enabled
    assert (said.batch_size, said.batching_window_ms, said.parallelization_factor) == (10_000, 300_000, 10)
    assert (said.maximum_retry_attempts, said.maximum_record_age_ms) == (0, 60_000)
    assert said.bisect_batch_on_function_error
    assert said.report_batch_item_failures
    assert said.tumbling_window_ms == 900_000
    assert said.filters == ('{"eventName": ["INSERT"]}',)
    assert said.destination_arn == QUEUE
    assert said.region == "eu-west-1"


@pytest.mark.parametrize(
    ("state", "enabled"),
    [("Enabled", True), ("Enabling", True), ("Updating", True), ("Disabling", False), ("Disabled", False)],
)
def test_the_state_tells_whether_it_is_enabled(state: str, enabled: bool) -> None:
    """The API's answers have no other word for it."""
    assert settings_of(LEAST | {"State": state}).enabled is enabled


OUT_OF_RANGE: list[tuple[str, object]] = [
    ("BatchSize", 0),
    ("BatchSize", 10_001),
    ("BatchSize", "many"),
    ("BatchSize", True),
    ("MaximumBatchingWindowInSeconds", 301),
    ("ParallelizationFactor", 0),
    ("ParallelizationFactor", 11),
    ("MaximumRetryAttempts", -2),
    ("MaximumRetryAttempts", 10_001),
    ("MaximumRecordAgeInSeconds", 0),
    ("MaximumRecordAgeInSeconds", 59),
    ("MaximumRecordAgeInSeconds", 604_801),
    ("TumblingWindowInSeconds", 901),
    ("StartingPosition", "AT_TIMESTAMP"),
    ("StartingPosition", None),
    ("UUID", None),
    ("FunctionArn", ""),
    ("EventSourceArn", "arn:aws:kinesis:eu-west-1:000000000000:stream/s"),
    ("EventSourceArn", "arn:aws:dynamodb:eu-west-1:000000000000:table/t"),
    ("FunctionResponseTypes", "ReportBatchItemFailures"),
]


@pytest.mark.parametrize(("name", "value"), OUT_OF_RANGE)
def test_a_setting_out_of_its_range_is_named(name: str, value: object) -> None:
    """The message is for the mapping's state: it names the setting."""
    with pytest.raises(InvalidSettingsError, match=name):
        settings_of(LEAST | {name: value})


@pytest.mark.parametrize(
    "criteria",
    [
        {"Filters": [{"Pattern": "no JSON"}]},
        {"Filters": [{}]},
        {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}] * 11},
    ],
)
def test_a_bad_filter_is_told_in_lambdas_words(criteria: object) -> None:
    """As CreateEventSourceMapping tells it."""
    with pytest.raises(InvalidSettingsError, match=r"^Invalid filter pattern definition\."):
        settings_of(LEAST | {"FilterCriteria": criteria})


@pytest.mark.parametrize(
    ("arn", "allowed"),
    [
        (QUEUE, True),
        ("arn:aws:sns:eu-west-1:000000000000:topic", True),
        ("arn:aws:s3:::bucket", True),
        (QUEUE + ".fifo", False),
        ("arn:aws:lambda:eu-west-1:000000000000:function:f", False),
    ],
)
def test_destinations_are_standard_queues_topics_and_buckets(arn: str, allowed: bool) -> None:
    """Others are refused."""
    answer = LEAST | {"DestinationConfig": {"OnFailure": {"Destination": arn}}}
    if allowed:
        assert settings_of(answer).destination_arn == arn
    else:
        with pytest.raises(InvalidSettingsError, match="destination"):
            settings_of(answer)


def test_an_empty_destination_config_is_none() -> None:
    """Lambda's API answers so when none was given."""
    assert settings_of(LEAST | {"DestinationConfig": {"OnFailure": {}}}).destination_arn is None
