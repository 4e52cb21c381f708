"""The README's example is code that works."""

import re
from typing import Any

from fanout_local.paths import checkout
from stream_processor.adapters.threads import SystemClock
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_record
from stream_processor.outcome import DELIVERED, Retry
from tests.records import record


class Cdn:
    """A CDN's client that fails as often as it is told to."""

    class exceptions:  # noqa: N801 - as boto3 names it
        ClientError = ConnectionError

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.dropped: list[str] = []

    def create_invalidation(self, *, DistributionId: str, InvalidationBatch: dict[str, Any]) -> None:  # noqa: N803
        if self.failures:
            self.failures -= 1
            raise ConnectionError("down")
        self.dropped += InvalidationBatch["Paths"]["Items"]


def example() -> dict[str, Any]:
    (code,) = re.findall(r"```python\n(.*?)```", (checkout() / "README.md").read_text(), re.DOTALL)
    assert len(code.splitlines()) < 40
    names: dict[str, Any] = {}
    exec(code, names)  # the README is ours
    return names


def test_the_example_consumer_delivers_and_asks_for_a_retry_when_its_sink_is_down() -> None:
    """It answers for each change, and a failed call leaves nothing delivered."""
    change = decode_record(record(1, document="a b"))
    assert isinstance(change, Change)
    cdn = Cdn(failures=1)
    consumer = example()["PageCache"](cdn, "distribution")
    deadline = Deadline.after(5, SystemClock())
    ((_, failed),) = consumer.deliver([change], deadline)
    assert isinstance(failed, Retry)
    assert cdn.dropped == []
    ((_, outcome),) = consumer.deliver([change], deadline)
    assert outcome == DELIVERED
    assert cdn.dropped == ["/documents/a%20b"]
