"""What LocalStack's Lambda API makes of what runners say."""

import json
from dataclasses import replace

import pytest

from fanout_local.event_source_mapping.report import fingerprint
from fanout_local.event_source_mapping.settings import MappingSettings, StartingPosition
from fanout_local.lambda_provider.runners import SILENT_S, Runners

SETTINGS = MappingSettings(mapping_id="m", function_arn="f", stream_arn="s", starting_position=StartingPosition.LATEST)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now_s


def report(*, settled: bool = True, enabled: bool = True, result: str | None = None) -> bytes:
    """What one runner says of mapping `m`."""
    known = fingerprint(SETTINGS)
    return json.dumps({"m": {"fingerprint": known, "enabled": enabled, "settled": settled, "result": result}}).encode()


def settled(runners: Runners, settings: MappingSettings = SETTINGS) -> bool:
    """Whether the mapping is what these settings say."""
    return runners.settled("m", fingerprint=fingerprint(settings), enabled=settings.enabled)


def test_without_a_runner_a_mapping_is_what_it_is_set_to() -> None:
    """Nobody reads it, so there is nothing to wait for."""
    assert settled(Runners())


def test_a_mapping_is_enabled_once_every_runner_says_so() -> None:
    """One that has not heard of it, or has not begun, is waited for."""
    runners = Runners()
    runners.told("one", report())
    assert settled(runners)
    runners.told("two", b"{}")
    assert not settled(runners)
    runners.told("two", report(settled=False))
    assert not settled(runners)
    runners.told("two", report())
    assert settled(runners)


def test_an_update_is_waited_for() -> None:
    """A runner that goes by the settings before, or still reads what is disabled, has not taken them in."""
    runners = Runners()
    runners.told("one", report())
    assert not settled(runners, replace(SETTINGS, batch_size=7))
    assert not settled(runners, replace(SETTINGS, enabled=False))
    runners.told("one", report(enabled=False))
    assert settled(runners, replace(SETTINGS, enabled=False))


def test_a_silent_runner_is_not_waited_for() -> None:
    """What a dead one said last does not count any more."""
    clock = Clock()
    runners = Runners(clock)
    runners.told("dead", report(settled=False, result="PROBLEM: long ago"))
    clock.now_s = SILENT_S
    assert settled(runners)
    assert runners.result("m") is None


def test_a_problem_of_one_runner_is_shown() -> None:
    """Another one's success does not hide it."""
    runners = Runners()
    runners.told("one", report(result="OK"))
    runners.told("two", report(result="PROBLEM: Function call failed"))
    assert runners.result("m") == "PROBLEM: Function call failed"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"m": 1}', b'{"m": {"settled": true}}'])
def test_what_no_runner_says_is_refused(body: bytes) -> None:
    """As an error that the HTTP answer can tell."""
    with pytest.raises((ValueError, TypeError, AttributeError)):
        Runners().told("one", body)
