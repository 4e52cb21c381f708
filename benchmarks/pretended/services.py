"""All services that a handler needs, each with its own toll."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.contenders.clients import Clients
from benchmarks.pretended.dynamodb import PretendedDynamoDb
from benchmarks.pretended.logs import PretendedLogs
from benchmarks.pretended.search import pretended_search
from benchmarks.pretended.sockets import PretendedSockets
from benchmarks.pretended.sqs import PretendedSqs
from benchmarks.pretended.toll import Toll

MS = 0.001


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolls:
    """The tolls, sinks by the names of their consumers; `dynamodb` holds the ledger and the subscriptions."""

    search_index: Toll = field(default_factory=Toll)
    analysis_queue: Toll = field(default_factory=Toll)
    websocket_notifier: Toll = field(default_factory=Toll)
    audit_log: Toll = field(default_factory=Toll)
    dynamodb: Toll = field(default_factory=Toll)

    def sinks(self) -> Iterator[tuple[str, Toll]]:
        """Yield the sinks by name."""
        for name in ("search_index", "analysis_queue", "websocket_notifier", "audit_log"):
            yield name, getattr(self, name)


def tolls_of_a_region() -> Tolls:
    """Return tolls such as a function meets within its region."""
    return Tolls(
        search_index=Toll(a_call_s=20 * MS, a_document_s=0.05 * MS),
        analysis_queue=Toll(a_call_s=8 * MS),
        websocket_notifier=Toll(a_call_s=5 * MS),
        audit_log=Toll(a_call_s=15 * MS),
        dynamodb=Toll(a_call_s=5 * MS),
    )


class Services(Clients):
    """Pretended clients, each with the methods of the real one that are used."""

    def __init__(self, tolls: Tolls, has_listener: Callable[[str], bool] = lambda _: True) -> None:
        """Make the clients."""
        self.search = pretended_search(tolls.search_index)
        self.sqs = PretendedSqs(tolls.analysis_queue)
        self.retry_queues_toll = Toll(a_call_s=tolls.analysis_queue.a_call_s)
        self.retry_sqs = PretendedSqs(self.retry_queues_toll)
        self.sockets = PretendedSockets(tolls.websocket_notifier)
        self.logs = PretendedLogs(tolls.audit_log)
        self.dynamodb = PretendedDynamoDb(tolls.dynamodb, has_listener)
        self.s3 = PretendedS3()
        self.analysis_queue_url = "https://sqs/analysis.fifo"


class PretendedS3:
    """A bucket that takes everything."""

    def __init__(self) -> None:
        """Keep the keys."""
        self.keys: list[str] = []

    def put_object(self, *, Key: str, **_: Any) -> None:  # noqa: N803
        """Take an object."""
        self.keys.append(Key)
