"""Whatever a client sends is understood or refused, never trusted."""

import json

import pytest

from consumers.websocket_notifier.routes import Malformed, Subscribe, Unsubscribe, answer, parse


def test_a_subscription_is_confirmed_by_name() -> None:
    """Both requests are read, and each answer names the document."""
    subscribe = parse('{"action": "subscribe", "document": "red%2Fblue/~N7"}')
    unsubscribe = parse('{"action": "unsubscribe", "document": "a"}')
    assert subscribe == Subscribe(document_id="red%2Fblue/~N7")
    assert unsubscribe == Unsubscribe(document_id="a")
    assert json.loads(answer(subscribe)) == {"type": "subscribed", "document": "red%2Fblue/~N7"}
    assert json.loads(answer(unsubscribe)) == {"type": "unsubscribed", "document": "a"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "not_json"),
        ("subscribe", "not_json"),
        ("[]", "not_json"),
        ("null", "not_json"),
        ("[" * 1000, "not_json"),
        ("{}", "unknown_action"),
        ('{"action": "delete", "document": "a"}', "unknown_action"),
        ('{"action": ["subscribe"], "document": "a"}', "unknown_action"),
        ('{"action": "subscribe"}', "bad_document"),
        ('{"action": "subscribe", "document": ""}', "bad_document"),
        ('{"action": "subscribe", "document": 7}', "bad_document"),
        ('{"action": "subscribe", "document": "a b"}', "bad_document"),
        ('{"action": "subscribe", "document": "#a"}', "bad_document"),
        ('{"action": "subscribe", "document": "a\\n"}', "bad_document"),
        ('{"action": "subscribe", "document": "é"}', "bad_document"),
        (json.dumps({"action": "subscribe", "document": "a" * 129}), "bad_document"),
        (json.dumps({"action": "subscribe", "document": "a" * 2000}), "too_large"),
    ],
)
def test_malformed_messages_are_refused_with_a_code(body: str, code: str) -> None:
    """The refusal is an error frame of its own code that repeats nothing of what came."""
    request = parse(body)
    assert isinstance(request, Malformed)
    frame = json.loads(answer(request))
    assert frame == {"type": "error", "code": code, "message": request.message}
    assert "delete" not in frame["message"]
