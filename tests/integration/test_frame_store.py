"""Large images in the real bucket."""

import json
from urllib.request import urlopen
from uuid import uuid4

import pytest

from consumers.websocket_notifier.frame_store import ADDRESS_LIFE_S, FrameStore
from consumers.websocket_notifier.frames import LargeImage
from stream_processor.adapters.aws_clients import AwsClients

pytestmark = pytest.mark.integration

KEY = "frames/a%252Fb~N7/2026-01-02T03:04:05.678/0001.json"


def test_whoever_has_the_address_gets_the_image(aws: AwsClients) -> None:
    """The address is signed, answers a plain GET with exactly the body, and lasts as long as it says."""
    bucket = f"frames-{uuid4().hex}"
    aws.s3.create_bucket(Bucket=bucket)
    body = json.dumps({"id": "a/b", "body": "é" * 200_000}).encode()
    note = FrameStore(aws.s3, bucket).put(LargeImage(key=KEY, body=body), now_ms=1_800_000_000_500)
    assert note.expires_at_s == 1_800_000_000 + ADDRESS_LIFE_S
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in note.url
    with urlopen(note.url, timeout=10) as answer:
        assert answer.read() == body
        assert answer.headers["Content-Type"] == "application/json"
