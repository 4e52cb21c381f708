"""SQS."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.pretended.errors import client_error
from benchmarks.pretended.toll import Toll

REFUSED = "InvalidMessageContents"


class PretendedSqs:
    """FIFO queues whose groups are documents."""

    def __init__(self, toll: Toll) -> None:
        """Charge `toll`."""
        self._toll = toll

    def send_message(self, *, QueueUrl: str, MessageGroupId: str, **_: Any) -> dict[str, Any]:  # noqa: ARG002, N803
        """Take one message."""
        self._toll.pay()
        if not self._toll.takes(MessageGroupId):
            raise client_error(REFUSED, 400)
        return {"MessageId": "1"}

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:  # noqa: ARG002, N803
        """Take up to ten."""
        self._toll.pay(documents=len(Entries))
        successful: list[Mapping[str, Any]] = []
        failed: list[Mapping[str, Any]] = []
        for entry in Entries:
            if self._toll.takes(entry.get("MessageGroupId", "")):
                successful.append({"Id": entry["Id"], "MessageId": "1"})
            else:
                failed.append({"Id": entry["Id"], "SenderFault": True, "Code": REFUSED})
        return {"Successful": successful, "Failed": failed}
