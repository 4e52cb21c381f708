"""What a function's payload means to the gateway."""

import json

import pytest

from fanout_local.websocket_gateway.integration import Answered, Failed, read_answer


def test_answer_with_everything() -> None:
    """Status, headers (names in lower case) and body are read."""
    payload = json.dumps({"statusCode": 201, "headers": {"X-A": 1}, "body": "é"}).encode()
    assert read_answer(payload) == Answered(status=201, headers={"x-a": "1"}, body="é")


def test_answer_in_base64() -> None:
    """A body in base64 is decoded."""
    assert read_answer(b'{"statusCode": 200, "body": "aGk=", "isBase64Encoded": true}') == Answered(
        status=200, body="hi"
    )


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"null",
        b'"ok"',
        b"[]",
        b"{}",
        b'{"statusCode": "200"}',
        b'{"statusCode": 42}',
        b'{"statusCode": 200, "body": {"a": 1}}',
        b'{"statusCode": 200, "headers": [1]}',
        b'{"statusCode": 200, "body": "%%%", "isBase64Encoded": true}',
        b"\xff\xfe",
    ],
)
def test_payload_of_another_shape_is_a_failure(payload: bytes) -> None:
    """What API Gateway could not use is a failure with a cause."""
    found = read_answer(payload)
    assert isinstance(found, Failed)
    assert found.cause
