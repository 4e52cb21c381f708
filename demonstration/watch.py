"""Everybody who looks on while people write: the stream reader, the ledger reader and two WebSocket clients."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from consumers.registry import CONSUMERS, OFF_BY_DEFAULT
from demonstration.deployed import Deployed
from demonstration.errors import DemonstrationError
from demonstration.follower import Follower
from demonstration.history import History
from demonstration.ledger_reader import Ledger, LedgerReader
from demonstration.socket_client import SocketClient
from demonstration.stream_reader import Start, StreamReader, stream_of
from stream_processor.document_id import document_id

CLIENT_NAMES = ("client 1", "client 2")
SUBSCRIBE_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The lookers-on at work."""

    history: History
    ledger: Ledger
    followers: tuple[Follower, ...]
    readers: tuple[StreamReader | LedgerReader, ...]

    def raise_failure(self) -> None:
        """Raise DemonstrationError if a reader has stopped."""
        for reader in self.readers:
            if reader.failure:
                raise DemonstrationError(
                    f"the {type(reader).__name__} stopped: {reader.failure}. "
                    "The stack is ill: see its logs with `fanout-local logs`"
                )


@contextmanager
def watching(deployed: Deployed, start: Start, documents: Sequence[str] = ()) -> Iterator[Watch]:
    """Watch from now until the block ends; two clients follow `documents` (their `id`s), none if there are none.

    Raises:
        DemonstrationError: a client cannot subscribe, or the table has no stream.

    """
    history, ledger = History(), Ledger(tuple(name for name in CONSUMERS if name not in OFF_BY_DEFAULT))
    stream = stream_of(deployed.dynamodb, deployed.names.documents_table)
    stream_reader = StreamReader(deployed.streams, stream, start, history.add)
    ledger_reader = LedgerReader(deployed.dynamodb, deployed.names.ledger_table, history, ledger)
    clients = [SocketClient(name, deployed.socket_url) for name in CLIENT_NAMES] if documents else []
    ids = [document_id({"id": document}) for document in documents]
    with ExitStack() as exits:
        for client in clients:
            exits.callback(client.stop)
        with ThreadPoolExecutor() as pool:
            for subscribed in [pool.submit(it.subscribe, ids, SUBSCRIBE_TIMEOUT_S) for it in clients]:
                subscribed.result()
        for reader in (stream_reader, ledger_reader):
            exits.callback(reader.stop)
            reader.start()
        yield Watch(
            history=history,
            ledger=ledger,
            followers=tuple(client.follower for client in clients),
            readers=(stream_reader, ledger_reader),
        )
