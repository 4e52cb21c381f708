"""Basic auth by a secret's name."""

from base64 import b64decode

import pytest

from consumers.search_index.client import SecretAuth
from stream_processor.errors import ConfigurationError


def test_the_secret_is_read_once_and_sent_as_basic_auth() -> None:
    """It is read when the first request goes out, and remembered for some minutes."""
    asked: list[str] = []

    def read(name: str) -> str:
        asked.append(name)
        return '{"username": "ada", "password": "p:w"}'

    auth = SecretAuth("fanout-prod-search", read)
    assert asked == []
    headers = [auth("GET", "/", None) for _ in range(3)]
    assert {b64decode(header["authorization"].removeprefix("Basic ")) for header in headers} == {b"ada:p:w"}
    assert asked == ["fanout-prod-search"]


@pytest.mark.parametrize("content", ["hunter2", '{"username": "hunter2"}', '["hunter2"]'])
def test_a_secret_of_another_form_is_named_but_not_told(content: str) -> None:
    """The error has the secret's name and what to do, and nothing that it holds."""
    with pytest.raises(ConfigurationError, match="fanout-prod-search") as raised:
        SecretAuth("fanout-prod-search", lambda _: content)("GET", "/", None)
    assert "hunter2" not in str(raised.value)
    assert raised.value.__cause__ is None
