"""Each subscriber gets each change once, in order; faults become outcomes."""

import json
from collections.abc import Sequence
from typing import Any, cast

from botocore.exceptions import EndpointConnectionError

from consumers.websocket_notifier.consumer import CALLS_AT_ONCE, WebsocketNotifier
from consumers.websocket_notifier.posts import Receipt, Reception
from stream_processor.change import Change
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED, Cause, Outcome, Retry
from tests.aws_fakes import client_error
from tests.fakes import FakeClock
from tests.records import event, record
from tests.socket_fakes import FakeFrameStore, FakePosts, FakeSubscriptions

CLOCK = FakeClock()


class Stage:
    """The notifier with its surroundings."""

    def __init__(self) -> None:
        self.subscriptions = FakeSubscriptions()
        self.store = FakeFrameStore()
        self.posts = FakePosts()
        self.notifier = WebsocketNotifier(
            cast("Any", self.subscriptions), cast("Any", self.store), cast("Any", self.posts)
        )

    def listen(self, **documents: Sequence[str]) -> None:
        for connection, listened_to in documents.items():
            for document in listened_to:
                self.subscriptions.subscribe(document, connection, CLOCK.now_ms())

    def deliver(self, changes: Sequence[Change], within_s: float = 10) -> dict[str, Outcome]:
        answers = list(self.notifier.deliver(changes, Deadline.after(within_s, CLOCK)))
        outcomes = {change.event_id: outcome for change, outcome in answers}
        assert len(answers) == len(outcomes)
        return outcomes

    def heard(self, connection: str) -> list[str]:
        return [json.loads(frame)["event_id"] for frame in self.posts.taken.get(connection, [])]


def changes_of(count: int, documents: int) -> tuple[Change, ...]:
    return decode_event(event(*(record(number, document=f"d{number % documents}") for number in range(count)))).changes


def all_delivered(changes: Sequence[Change]) -> dict[str, Outcome]:
    return {change.event_id: DELIVERED for change in changes}


def of(changes: Sequence[Change], *documents: str) -> list[str]:
    return [change.event_id for change in changes if change.document_id in documents]


def test_each_subscriber_gets_its_documents_changes_in_order() -> None:
    """Every change of what one listens to, none of what one does not."""
    stage, changes = Stage(), changes_of(90, 9)
    stage.listen(ann=["d1"], bob=["d1", "d2"], cid=["other"])
    assert stage.deliver(changes) == all_delivered(changes)
    assert stage.heard("ann") == of(changes, "d1")
    assert sorted(stage.heard("bob")) == sorted(of(changes, "d1", "d2"))
    for document in ("d1", "d2"):
        ids = of(changes, document)
        assert [event_id for event_id in stage.heard("bob") if event_id in ids] == ids
    assert stage.heard("cid") == []


def test_many_documents_that_nobody_listens_to_cost_no_question_each() -> None:
    """Of 1,000 documents just the one that somebody listens to is asked about."""
    stage, changes = Stage(), changes_of(2000, 1000)
    stage.listen(ann=["d500"])
    assert stage.deliver(changes) == all_delivered(changes)
    assert stage.subscriptions.asked == ["d500"]
    assert stage.heard("ann") == of(changes, "d500")


def test_an_expired_subscription_is_none() -> None:
    """What the table still has of a connection that must have ended by now is not posted to."""
    stage, changes = Stage(), changes_of(1, 1)
    stage.subscriptions.expires_at_s["d0", "ann"] = CLOCK.now_ms() // 1000
    assert stage.deliver(changes) == all_delivered(changes)
    assert stage.heard("ann") == []


def test_a_client_that_is_gone_is_forgotten() -> None:
    """Its subscriptions go; the others get their frames; a failing removal changes nothing of that."""
    for failing in (None, client_error("ProvisionedThroughputExceededException")):
        stage, changes = Stage(), changes_of(4, 2)
        stage.listen(ann=["d0", "d1"], bob=["d0", "d1"])
        stage.posts.receipts["ann"] = Receipt(reception=Reception.GONE)
        stage.subscriptions.raises_on_removal = failing
        assert stage.deliver(changes) == all_delivered(changes)
        assert len(stage.heard("bob")) == 4
        assert ("d0", "ann") not in stage.subscriptions.expires_at_s or failing
        assert ("d0", "bob") in stage.subscriptions.expires_at_s


def test_a_client_that_does_not_keep_up_makes_nobody_get_a_frame_again() -> None:
    """A lagging client's changes count as delivered; it finds the gap by itself."""
    stage, changes = Stage(), changes_of(2, 1)
    stage.listen(ann=["d0"], bob=["d0"])
    stage.posts.receipts["ann"] = Receipt(reception=Reception.LAGGING)
    assert stage.deliver(changes) == all_delivered(changes)
    assert stage.heard("bob") == of(changes, "d0")


def test_a_gateway_that_reaches_nobody_has_changes_retried() -> None:
    """Only changes that no client was told of come again."""
    stage, changes = Stage(), changes_of(4, 2)
    cause = Cause(type="ForbiddenException", message="")
    stage.listen(ann=["d0"], bob=["d1"])
    stage.posts.receipts["ann"] = Receipt(reception=Reception.UNREACHED, cause=cause)
    outcomes = stage.deliver(changes)
    assert {event_id for event_id, outcome in outcomes.items() if outcome == Retry(cause=cause)} == set(
        of(changes, "d0")
    )
    assert {event_id for event_id, outcome in outcomes.items() if outcome == DELIVERED} == set(of(changes, "d1"))


def test_unreadable_subscriptions_have_changes_retried() -> None:
    """Who listens not being known, nothing is settled: for few documents and for many."""
    for documents in (1, CALLS_AT_ONCE + 1):
        stage, changes = Stage(), changes_of(40, documents)
        stage.subscriptions.raises = EndpointConnectionError(endpoint_url="http://x")
        outcomes = stage.deliver(changes)
        assert len(outcomes) == 40
        assert all(isinstance(outcome, Retry) for outcome in outcomes.values())


def test_a_large_image_is_put_down_before_it_is_told_of() -> None:
    """The subscriber is told where to fetch it, and it lies there."""
    stage = Stage()
    changes = decode_event(event(record(1, new={"body": {"S": "x" * 100_000}}))).changes
    stage.listen(ann=["a"])
    assert stage.deliver(changes) == all_delivered(changes)
    (frame,) = (json.loads(frame) for frame in stage.posts.taken["ann"])
    (key,) = stage.store.objects
    assert frame["fetch"]["url"] == f"https://frames/{key}"


def test_a_failing_frames_bucket_has_only_large_changes_retried() -> None:
    """A small change of the same document is delivered all the same."""
    stage = Stage()
    changes = decode_event(event(record(1, new={"body": {"S": "x" * 100_000}}), record(2))).changes
    stage.listen(ann=["a"])
    stage.store.raises = client_error("SlowDown", 503)
    outcomes = stage.deliver(changes)
    assert isinstance(outcomes[changes[0].event_id], Retry)
    assert outcomes[changes[1].event_id] == DELIVERED
    assert stage.heard("ann") == [changes[1].event_id]


def test_nothing_is_answered_after_the_deadline() -> None:
    """What was not begun by the deadline has no answer, so it is parked by the caller."""
    stage = Stage()
    stage.listen(ann=["d0"])
    assert stage.deliver(changes_of(40, 20), within_s=0) == {}
    assert stage.posts.taken == {}
