"""People at work: the plan's steps as real conditional writes, from a few threads."""

import time
from collections.abc import Mapping
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeSerializer

from demonstration.plan import Action, Attributes, Create, Delete, Edit, Expire, Plan, Step

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LANES = 4
EXPIRED_SINCE_S = 10


class Writers:
    """Writes a plan. A document's steps lie in one lane, a thread each, so they happen in their order.

    Attributes:
        failure: what stopped the writing, if something did: a refused condition means that somebody else wrote.

    """

    def __init__(self, client: "DynamoDBClient", table: str, plan: Plan) -> None:
        """Prepare to write to `table`."""
        self.plan = plan
        self.failure: Exception | None = None
        self._client = client
        self._table = table
        self._serialize = TypeSerializer().serialize
        self._stop = Event()
        self._lock = Lock()
        self._written = 0
        self._started_at = 0.0
        self._last_at = 0.0
        self._lanes = [
            Thread(target=self._write, args=(lane,), name=f"writer-{number}", daemon=True)
            for number, lane in enumerate(lanes(plan))
        ]

    @property
    def written(self) -> int:
        """How many steps have been written."""
        return self._written

    @property
    def elapsed_s(self) -> float:
        """Seconds since the writing began."""
        return time.monotonic() - self._started_at

    @property
    def since_last_write_s(self) -> float:
        """Seconds since the last write was answered."""
        return time.monotonic() - self._last_at

    def start(self) -> None:
        """Begin to write."""
        self._started_at = time.monotonic()
        for lane in self._lanes:
            lane.start()

    def stop(self) -> None:
        """Write nothing more; return once the writes under way have ended."""
        self._stop.set()
        for lane in self._lanes:
            if lane.ident:
                lane.join()

    def at_work(self) -> bool:
        """Return whether steps are still to be written."""
        return any(lane.is_alive() for lane in self._lanes)

    def _write(self, lane: list[Step]) -> None:
        try:
            for step in lane:
                if self._stop.wait(max(0.0, step.at_s - self.elapsed_s)):
                    return
                self._perform(step.action)
                with self._lock:
                    self._written += 1
                    self._last_at = time.monotonic()
        except Exception as error:  # noqa: BLE001 - the demonstration stops and says it
            self.failure = error
            self._stop.set()

    def _perform(self, action: Action) -> None:
        key = {"id": {"S": action.document}}
        match action:
            case Create():
                item = {"author": action.person, **self._stamp(action.person), **action.attributes, "version": 1}
                self._client.put_item(
                    TableName=self._table,
                    Item={**key, **{name: self._serialize(value) for name, value in item.items()}},
                    ConditionExpression="attribute_not_exists(id)",
                )
            case Edit():
                changes = {**action.changes, **self._stamp(action.person), "version": action.version + 1}
                self._update(action.document, changes, version=action.version)
            case Expire():
                expires_at = int(time.time()) - EXPIRED_SINCE_S
                self._update(action.document, {"expires_at": expires_at, **self._stamp(action.person)})
            case Delete():
                self._client.delete_item(TableName=self._table, Key=key, ConditionExpression="attribute_exists(id)")

    def _update(self, document: str, changes: Mapping[str, Any], version: int | None = None) -> None:
        names = list(changes)
        condition = "attribute_exists(id)" if version is None else "#version = :was"
        values = {f":v{index}": self._serialize(changes[name]) for index, name in enumerate(names)}
        was = {} if version is None else {":was": {"N": str(version)}}
        self._client.update_item(
            TableName=self._table,
            Key={"id": {"S": document}},
            UpdateExpression="SET " + ", ".join(f"#n{index} = :v{index}" for index in range(len(names))),
            ConditionExpression=condition,
            ExpressionAttributeNames={
                **{f"#n{index}": name for index, name in enumerate(names)},
                **({} if version is None else {"#version": "version"}),
            },
            ExpressionAttributeValues={**values, **was},
        )

    def _stamp(self, person: str) -> Attributes:
        return {"edited_by": person, "written_at_ms": time.time_ns() // 1_000_000}


def lanes(plan: Plan, count: int = LANES) -> list[list[Step]]:
    """Deal the plan's documents out to lanes; a lane's steps are in order of time."""
    of_document = {document: index % count for index, document in enumerate(plan.documents)}
    dealt: list[list[Step]] = [[] for _ in range(count)]
    for step in plan.steps:
        dealt[of_document[step.action.document]].append(step)
    return dealt
