"""What the delivery ledger says of the changes, asked every second while there is something left to learn."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from demonstration.history import History
from stream_processor.delivery_state import Standing, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READ_EVERY_S = 1.0
KEYS_A_READ = 100
"""Most keys of one BatchGetItem (DynamoDB API Reference)."""
ARRIVED = (State.DELIVERED, State.SKIPPED)


class Ledger:
    """Every change's standing at every consumer, folded out of the table's items. Threads may read and fold at once.

    The stream function writes an item under the event id; a retry worker writes one of its own under
    ``event id#consumer``, which is the later truth.
    """

    def __init__(self, consumers: Sequence[str]) -> None:
        """Begin with nothing known of these consumers."""
        self.consumers = tuple(consumers)
        self._lock = Lock()
        self._standings: dict[tuple[str, str], Standing] = {}
        self._retried: set[tuple[str, str]] = set()
        self._parked: set[tuple[str, str]] = set()

    def fold(self, item: Mapping[str, Any]) -> None:
        """Take in an item as boto3's client gives it."""
        event_id, retried, _ = item["event_id"]["S"].partition("#")
        with self._lock:
            for consumer, standing in item["standings"]["M"].items():
                place = (event_id, consumer)
                if retried or place not in self._retried:
                    state, at = State(standing["M"]["s"]["S"]), int(standing["M"]["at"]["N"])
                    self._standings[place] = Standing(state=state, at_ms=at)
                if retried:
                    self._retried.add(place)
                if retried or self._standings[place].state is State.PARKED:
                    self._parked.add(place)

    def standing(self, event_id: str, consumer: str) -> Standing | None:
        """Return where a change stands at a consumer, None while the ledger does not know it."""
        return self._standings.get((event_id, consumer))

    def was_parked(self, event_id: str, consumer: str) -> bool:
        """Return whether a change was seen parked, or came through the retry queue before it was looked at."""
        return (event_id, consumer) in self._parked

    def keys_to_ask(self, event_ids: Iterable[str]) -> list[str]:
        """Return the keys of the items that may still tell something new about these changes."""
        keys = []
        for event_id in event_ids:
            standings = {consumer: self.standing(event_id, consumer) for consumer in self.consumers}
            if None in standings.values():
                keys.append(event_id)
            keys += [f"{event_id}#{name}" for name, it in standings.items() if it and it.state not in ARRIVED]
        return keys


class LedgerReader:
    """Keeps a `Ledger` up to date on a thread of its own.

    Attributes:
        failure: what stopped the reading, if something did.

    """

    def __init__(self, client: "DynamoDBClient", table: str, history: History, ledger: Ledger) -> None:
        """Prepare to ask `table` about the changes of `history`."""
        self.failure: Exception | None = None
        self._client = client
        self._table = table
        self._history = history
        self._ledger = ledger
        self._stop = Event()
        self._thread = Thread(target=self._run, name="ledger-reader", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read nothing more."""
        self._stop.set()
        if self._thread.ident:
            self._thread.join()

    def _run(self) -> None:
        try:
            while not self._stop.wait(READ_EVERY_S):
                self.read()
        except (ClientError, BotoCoreError) as error:
            self.failure = error

    def read(self) -> None:
        """Ask for what is not known to have arrived yet.

        Raises:
            ClientError, BotoCoreError: the table cannot be read.

        """
        keys = self._ledger.keys_to_ask(happening.event_id for happening in self._history.all())
        for chunk in batched(keys, KEYS_A_READ, strict=False):
            answer = self._client.batch_get_item(
                RequestItems={self._table: {"Keys": [{"event_id": {"S": key}} for key in chunk]}}
            )
            for item in answer["Responses"].get(self._table, []):
                self._ledger.fold(item)
