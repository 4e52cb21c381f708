"""Settings: a wrong one is named, with what it holds and what it takes."""

import pytest

from stream_processor.environment import Environment
from stream_processor.errors import ConfigurationError
from stream_processor.projection import Projection
from stream_processor.settings import Settings

GOOD = {
    "FANOUT_STAGE": "test",
    "FANOUT_CONSUMERS": "one, two",
    "FANOUT_LEDGER_TABLE": "ledger",
    "FANOUT_FAILURES_BUCKET": "failures",
    "FANOUT_RETRY_QUEUE_URL_ONE": "http://127.0.0.1:4566/000000000000/one/",
    "FANOUT_RETRY_QUEUE_URL_TWO": "https://sqs.us-east-1.amazonaws.com/1/two",
}


def read(**changed: str) -> Settings:
    return Settings.read(Environment(GOOD | changed), ["one", "two", "three"])


def test_settings_are_read_with_their_defaults() -> None:
    """What is not set has its documented default."""
    settings = read()
    assert settings.consumers == ["one", "two"]
    assert (settings.patience_s, settings.reserve_s) == (8.0, 4.0)
    assert settings.retry_queue_urls["one"] == "http://127.0.0.1:4566/000000000000/one"


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_variable_is_named(name: str) -> None:
    """The error says which variable to set."""
    with pytest.raises(ConfigurationError, match=f"{name} is not set"):
        read(**{name: " "})


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("FANOUT_CONSUMERS", "one,four", "it takes one or more of one, two, three"),
        ("FANOUT_CONSUMERS", "one,one", "none twice"),
        ("FANOUT_CONSUMERS", ",", "one or more of"),
        ("FANOUT_PATIENCE_S", "soon", "it takes seconds from 0.1 to 900"),
        ("FANOUT_PATIENCE_S", "nan", "it takes seconds"),
        ("FANOUT_PATIENCE_S", "901", "it takes seconds"),
        ("FANOUT_RESERVE_S", "0", "it takes seconds"),
        ("FANOUT_RETRY_QUEUE_URL_ONE", "one", "it takes a URL"),
    ],
)
def test_a_wrong_value_is_shown_with_what_the_variable_takes(name: str, value: str, takes: str) -> None:
    """The error names the variable, what it held, and what it takes."""
    with pytest.raises(ConfigurationError, match=takes) as caught:
        read(**{name: value})
    assert str(caught.value).startswith(f"{name} is {value!r}")


def test_a_projection_is_read_from_json() -> None:
    """Each list is optional; a consumer without the variable has none."""
    settings = read(FANOUT_PROJECTION_ONE='{"exclude": ["body"], "mask": ["email"]}')
    assert settings.projections == {"one": Projection(exclude=frozenset({"body"}), mask=frozenset({"email"}))}
    assert read(FANOUT_PROJECTION_TWO='{"include": []}').projections["two"].include == frozenset()


@pytest.mark.parametrize("value", ["body", "[]", '{"hide": []}', '{"mask": "email"}', '{"mask": [1]}'])
def test_a_projection_that_is_none_is_refused_by_name(value: str) -> None:
    """The error shows the form it takes."""
    with pytest.raises(ConfigurationError, match=r"FANOUT_PROJECTION_ONE is .* it takes JSON with lists"):
        read(FANOUT_PROJECTION_ONE=value)
