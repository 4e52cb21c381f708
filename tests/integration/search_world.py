"""A small world for the search index: a table, its stream, writers that die, and time that is only told."""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast
from uuid import uuid4

from opensearchpy import OpenSearch
from opensearchpy.helpers import scan

from consumers.search_index.audit import Audit
from consumers.search_index.backfill import Backfill, BackfillError, RateLimit
from consumers.search_index.consumer import SearchIndex
from consumers.search_index.entry import document_of
from consumers.search_index.index import create_index, live_index, versions
from consumers.search_index.notes import Notes
from consumers.search_index.purge import purge_tombstones
from consumers.search_index.reindex import Reindex, ReindexError
from consumers.search_index.repair import KeyRepair, KeyToMend
from consumers.search_index.sending import Answered, BulkSender
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.attribute_values import decode_image
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED
from stream_processor.plain_json import plain_image
from stream_processor.projection import Projection
from tests.fakes import FakeClock
from tests.records import event, record

DOCUMENTS = [f"d{number}" for number in range(8)]
WINDOW = 12
"""Changes that the stream may send again."""
INVOCATION_S = 20.0


class KilledError(Exception):
    """The process died here."""


class DyingSender(BulkSender):
    """Dies before or after a request, by chance."""

    def __init__(self, client: OpenSearch, chance: random.Random) -> None:
        super().__init__(client, gzip=False)
        self._chance = chance
        self.dies = 0.1

    def answers(
        self, target: str, lines: Sequence[bytes], timeout_s: float, *, by_alias: bool = True
    ) -> list[Answered]:
        before, after = self._chance.random() < self.dies / 2, self._chance.random() < self.dies / 2
        if before:
            raise KilledError
        answers = super().answers(target, lines, timeout_s, by_alias=by_alias)
        if after:
            raise KilledError
        return answers


class SlowSender(BulkSender):
    """Something happens between what was read and what is written of it."""

    def __init__(self, client: OpenSearch, meanwhile: Callable[[], None]) -> None:
        super().__init__(client, gzip=False)
        self._meanwhile = meanwhile

    def answers(
        self, target: str, lines: Sequence[bytes], timeout_s: float, *, by_alias: bool = True
    ) -> list[Answered]:
        self._meanwhile()
        return super().answers(target, lines, timeout_s, by_alias=by_alias)


class World:
    """Table, stream, parked changes, two environments of the function, and what keeps the index."""

    def __init__(self, client: OpenSearch, aws: AwsClients, seed: int) -> None:
        self.chance = random.Random(seed)
        self.client = client
        self.alias = f"model-{uuid4().hex}"
        self.clock = FakeClock()
        self.dynamodb = aws.dynamodb
        self.table = DocumentsTable(aws.dynamodb, self.alias)
        self.dynamodb.create_table(
            TableName=self.alias,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        create_index(client, self.alias)
        self.items: dict[str, dict[str, Any]] = {}
        self.labels = 0
        self.log: list[Change] = []
        self.settled = 0
        self.parked: list[Change] = []
        self.floor: dict[str, str] = {}
        self.filling: Iterator[object] | None = None
        self.slow = SlowSender(client, self._meanwhile)
        self.environments = [self._environment() for _ in range(2)]
        self.notes = Notes(client, self.alias)
        self.repair = KeyRepair(client, self.table, Projection(), gzip=False)
        cast("Any", self.repair)._sender = self.slow
        self.quiet = False

    def _environment(self) -> SearchIndex:
        consumer = SearchIndex(self.client, table=self.table, projection=Projection(), alias=self.alias, gzip=False)
        cast("Any", consumer)._sender = DyingSender(self.client, self.chance)
        cast("Any", consumer)._repair._sender = self.slow
        return consumer

    def deadline(self) -> Deadline:
        return Deadline.after(INVOCATION_S, self.clock)

    def _meanwhile(self) -> None:
        if not self.quiet and self.chance.random() < 0.3:
            self.write()
            self.deliver()

    # what happens to the table

    def write(self) -> None:
        """Somebody creates, edits or deletes a document."""
        document = self.chance.choice(DOCUMENTS)
        old = self.items.get(document)
        self.clock.time_s += 1
        number = len(self.log) + 1
        if old is not None and self.chance.random() < 0.35:
            del self.items[document]
            self.dynamodb.delete_item(TableName=self.alias, Key={"id": {"S": document}})
            raw = record(number, document=document, old=old, label=self.label)
        else:
            new = {"title": {"S": f"{self.label} {number}"}, "n": {"N": f"{number}.10"}}
            self.items[document] = new
            self.dynamodb.put_item(TableName=self.alias, Item=cast("Any", {"id": {"S": document}, **new}))
            raw = record(number, document=document, old=old, new=new, label=self.label)
        raw["eventID"] = uuid4().hex
        raw["dynamodb"]["ApproximateCreationDateTime"] = self.clock.time_s
        self.log += decode_event(event(raw)).changes

    @property
    def label(self) -> str:
        return f"2026-01-{self.labels + 1:02}T00:00:00.000"

    def restore(self) -> None:
        """The table is restored from a backup, with a new stream: some items are other ones, and nobody is told."""
        self.labels += 1
        self.log.clear()
        self.settled = 0
        self.floor.clear()
        for document in self.chance.sample(DOCUMENTS, 3):
            if self.items.pop(document, None) is not None:
                self.dynamodb.delete_item(TableName=self.alias, Key={"id": {"S": document}})
            else:
                self.items[document] = new = {"title": {"S": "out of a backup"}}
                self.dynamodb.put_item(TableName=self.alias, Item=cast("Any", {"id": {"S": document}, **new}))
        self.mend()

    # what the functions do

    def deliver(self) -> None:
        """A batch of the stream is delivered, perhaps begun earlier than it stands, perhaps killed."""
        begin = max(0, self.settled - self.chance.choice([0, 0, 0, 3, WINDOW]))
        batch = self.log[begin : self.settled + self.chance.randrange(1, 8)]
        if not batch:
            return
        parked = [change for change in batch if self.chance.random() < 0.15]
        given = [change for change in batch if change not in parked]
        consumer = self.chance.choice(self.environments)
        try:
            answers = list(consumer.deliver(given, self.deadline()))
        except KilledError:
            return  # the batch comes again
        delivered = {answer.change.event_id for answer in answers if answer.outcome == DELIVERED}
        parked += [change for change in given if change.event_id not in delivered]
        known = {change.event_id for change in self.parked}
        self.parked += [change for change in parked if change.event_id not in known]
        self.settled = max(self.settled, begin + len(batch))
        self._does_not_regress([change for change in given if change.event_id in delivered])

    def _does_not_regress(self, delivered: Sequence[Change]) -> None:
        for change in delivered:
            self.floor[change.document_id] = max(self.floor.get(change.document_id, ""), str(change.order_key))
        for document_id in {change.document_id for change in delivered}:
            found = self.client.get(index=self.alias, id=document_id)["_source"]
            assert found["order_key"] >= self.floor[document_id]

    def redeliver(self) -> None:
        """The retry worker gets some parked changes, in any order."""
        some = self.chance.sample(self.parked, min(len(self.parked), 4))
        if not some:
            return
        try:
            answers = list(self.chance.choice(self.environments).redeliver(some, self.deadline()))
        except KilledError:
            return
        done = {answer.change.event_id for answer in answers if answer.outcome == DELIVERED}
        self.parked = [change for change in self.parked if change.event_id not in done]

    def purge(self) -> None:
        """Tombstones go that are older than anything the stream can still send."""
        oldest = self.log[max(0, self.settled - WINDOW)] if self.log[: self.settled] else None
        if oldest is not None:
            purge_tombstones(self.client, self.alias, now_ms=round(oldest.created_at_s * 1000), keep_ms=0)
            self.floor.clear()

    # what people do

    def backfill(self) -> None:
        """A page of a backfill; it may be left at any time, and be gone on with by another process."""
        if self.filling is None or self.chance.random() < 0.2:
            self.filling = self._backfill(live_index(self.client, self.alias), self.alias).segment(0, 1)
        try:
            next(self.filling)
        except (StopIteration, KilledError, BackfillError):
            self.filling = None

    def _backfill(self, index: str, target: str) -> Backfill:
        return Backfill(
            table=self.table,
            projection=Projection(),
            sender=self.slow,
            notes=self.notes,
            target=target,
            index=index,
            rate=RateLimit(None),
            pause=lambda _: None,
        )

    def audit(self, index: str | None = None) -> Audit:
        return Audit(
            client=self.client,
            table=self.table,
            projection=Projection(),
            index=index or self.alias,
            parked_ids=lambda ids: ids & {change.document_id for change in self.parked},
            pause=lambda _: None,
        )

    def mend(self) -> None:
        """`fanout index audit --repair`."""
        report = self.audit().run(self.deadline())
        keys = [KeyToMend(document_id=each.document_id, keys=each.keys) for each in report.drift]
        assert {outcome for _, outcome in self.repair.mend(self.alias, keys, self.deadline())} <= {DELIVERED}

    def reindex(self, *, dies: float) -> None:
        """`fanout index reindex`, with the world going on meanwhile; it may die at each of its steps."""

        def meanwhile(*_: object) -> None:
            if self.chance.random() < dies:
                raise KilledError
            for _number in range(3):
                self.chance.choice([self.write, self.deliver, self.redeliver, self.mend])()

        def wait(seconds_s: float) -> None:
            meanwhile()
            self.clock.time_s += seconds_s
            meanwhile()

        def fill(index: str, target: str) -> None:
            for _ in self._backfill(index, target).segment(0, 1):
                meanwhile()

        work = Reindex(
            client=self.client,
            alias=self.alias,
            notes=self.notes,
            repair=self.repair,
            invocation_s=INVOCATION_S,
            backfill=fill,
            audit=lambda index: self.audit(index).run(self.deadline()),
            clock=self.clock,
            tell=meanwhile,
            pause=wait,
        )
        self.floor.clear()
        try:
            if self.chance.random() < 0.2 and work.under_way() and live_index(self.client, self.alias).endswith("v1"):
                work.roll_back()
            work.run()
        except (KilledError, ReindexError):
            pass  # what the stream had not brought counts as drift: it is gone on with later
        finally:
            self.floor.clear()

    # the end

    def settle(self) -> None:
        """Everything under way is brought to its end, and nobody dies any more."""
        for consumer in self.environments:
            cast("Any", consumer)._sender.dies = 0
        self.quiet = True
        work = 0
        while self.filling is not None or self.settled < len(self.log) or self.parked:
            self.deliver()
            self.redeliver()
            if self.filling is not None:
                self.backfill()
            work += 1
            assert work < 500, "it does not come to an end"

    def go_on(self) -> None:
        """Die again, and write at any time."""
        for consumer in self.environments:
            cast("Any", consumer)._sender.dies = 0.1
        self.quiet = False

    def indexes(self) -> int:
        """Return how many indexes of documents there are: more than one while a reindex is under way."""
        return len(versions(self.client, self.alias))

    def indexed(self) -> dict[str, Any]:
        self.client.indices.refresh(index=self.alias)
        return {hit["_id"]: document_of(hit["_source"]) for hit in scan(self.client, index=self.alias)}

    def expected(self) -> dict[str, Any]:
        images = {document: decode_image({"id": {"S": document}, **item}) for document, item in self.items.items()}
        return {document: plain_image(image) for document, image in images.items()}

    def remove(self) -> None:
        """Take everything away."""
        self.client.indices.delete(index=f"{self.alias}*", ignore=[404])
        self.dynamodb.delete_table(TableName=self.alias)
