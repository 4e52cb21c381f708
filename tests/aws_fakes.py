"""AWS sinks in memory: they keep the documented limits, answer by rule, and remember what they took."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


def client_error(code: str, status: int = 400, message: str = "") -> ClientError:
    """Return the error that boto3 raises for an answer."""
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")


@dataclass
class FakeSqs:
    """An SQS queue.

    Attributes:
        raises: error for a whole call, if any.
        fails: (code, sender's fault) for one entry, if any.
        forgets: entries that stand in no list of the answer.

    """

    raises: Callable[[Sequence[Mapping[str, Any]]], Exception | None] = lambda _: None
    fails: Callable[[Mapping[str, Any]], tuple[str, bool] | None] = lambda _: None
    forgets: Callable[[Mapping[str, Any]], bool] = lambda _: False
    calls: list[list[Mapping[str, Any]]] = field(default_factory=list)
    taken: list[Mapping[str, Any]] = field(default_factory=list)

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: N803
        self.calls.append(list(Entries))
        assert 1 <= len(Entries) <= 10
        assert sum(len(entry["MessageBody"].encode()) for entry in Entries) <= 1_048_576
        if error := self.raises(Entries):
            raise error
        answer: dict[str, Any] = {"Successful": [], "Failed": []}
        for entry in Entries:
            if failure := self.fails(entry):
                answer["Failed"].append({"Id": entry["Id"], "Code": failure[0], "SenderFault": failure[1]})
            elif not self.forgets(entry):
                self.taken.append(entry)
                answer["Successful"].append({"Id": entry["Id"]})
        return answer


@dataclass
class FakeLogs:
    """CloudWatch Logs, one group.

    Attributes:
        raises: error for a whole call, if any.
        refuses: whether an event's time is too old, by its timestamp.

    """

    raises: Callable[[Sequence[Mapping[str, Any]]], Exception | None] = lambda _: None
    refuses: Callable[[int], bool] = lambda _: False
    streams: list[str] = field(default_factory=list)
    calls: list[list[Mapping[str, Any]]] = field(default_factory=list)
    taken: list[Mapping[str, Any]] = field(default_factory=list)

    def create_log_stream(self, *, logGroupName: str, logStreamName: str) -> None:  # noqa: N803
        self.streams.append(logStreamName)

    def put_log_events(
        self,
        *,
        logGroupName: str,  # noqa: N803
        logStreamName: str,  # noqa: N803
        logEvents: Sequence[Mapping[str, Any]],  # noqa: N803
    ) -> dict[str, Any]:
        self.calls.append(list(logEvents))
        times = [event["timestamp"] for event in logEvents]
        assert times == sorted(times)
        assert times[-1] - times[0] < 24 * 3600 * 1000
        assert 1 <= len(logEvents) <= 10_000
        assert sum(len(event["message"].encode()) + 26 for event in logEvents) <= 1_048_576
        if error := self.raises(logEvents):
            raise error
        too_old = sum(1 for time in times if self.refuses(time))
        self.taken += logEvents[too_old:]
        return {"rejectedLogEventsInfo": {"tooOldLogEventEndIndex": too_old}} if too_old else {}


@dataclass
class FakeS3:
    """A bucket."""

    raises: Exception | None = None
    objects: dict[str, bytes] = field(default_factory=dict)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803
        if self.raises:
            raise self.raises
        self.objects[Key] = Body
