"""Our own script: what it promises to write."""

import itertools
from collections import Counter
from decimal import Decimal

from boto3.dynamodb.types import TypeSerializer

from demonstration.plan import Create, Delete, Edit, Expire
from demonstration.script import scripted
from demonstration.writers import lanes

PLAN = scripted()
ACTIONS = [step.action for step in PLAN.steps]


def test_the_script_is_the_same_at_every_run() -> None:
    """A difference between two runs is then a difference of the system."""
    assert scripted() == PLAN


def test_the_script_has_enough_documents_and_changes() -> None:
    """Twenty documents and three hundred changes are the least."""
    assert len(PLAN.documents) >= 20
    assert PLAN.expected_changes >= 300


def test_the_script_has_a_deletion_a_recreation_and_an_expiry() -> None:
    """The ends that a document's story can have are all told."""
    kinds = {name: [type(it) for it in ACTIONS if it.document == name] for name in PLAN.documents}
    assert kinds["to-be-deleted"][-1] is Delete
    assert kinds["to-be-expired"][-1] is Expire
    assert Counter(kinds["to-be-recreated"])[Create] == 2
    again = kinds["to-be-recreated"].index(Delete) + 1
    assert kinds["to-be-recreated"][again] is Create


def test_two_people_edit_a_document_by_turns() -> None:
    """Nobody edits twice running."""
    for document in PLAN.documents:
        edits = [it.person for it in ACTIONS if isinstance(it, Edit) and it.document == document]
        assert len(set(edits)) == 2
        halves = [edits] if document != "to-be-recreated" else [edits[:7], edits[7:]]
        assert all(earlier != later for half in halves for earlier, later in itertools.pairwise(half))


def test_each_edit_is_of_the_version_before() -> None:
    """The conditional writes hold when a document's steps happen in their order."""
    version: dict[str, int] = {}
    for action in ACTIONS:
        if isinstance(action, Create):
            version[action.document] = 1
        elif isinstance(action, Edit):
            assert version[action.document] == action.version
            version[action.document] += 1


def test_every_attribute_is_one_that_dynamodb_takes() -> None:
    """boto3 serialises all of it, and awkward values are among it."""
    serialize = TypeSerializer().serialize
    tags = set()
    for action in ACTIONS:
        if isinstance(action, Create | Edit):
            attributes = action.attributes if isinstance(action, Create) else action.changes
            tags |= {tag for value in attributes.values() for tag in serialize(value)}
    assert {"S", "N", "B", "M", "SS", "NS", "BS"} <= tags
    numbers = [it.changes["amount"] for it in ACTIONS if isinstance(it, Edit) and "amount" in it.changes]
    assert all(isinstance(it, Decimal) and len(it.as_tuple().digits) == 38 for it in numbers)
    assert len(set(map(str, numbers))) == len(numbers)


def test_one_document_is_larger_than_a_frame() -> None:
    """Its frames can only say how to fetch it."""
    first = next(it for it in ACTIONS if isinstance(it, Create) and it.document == "handbook")
    assert 300 * 1024 <= len(str(first.attributes["body"])) < 390 * 1024


def test_the_steps_are_spread_evenly() -> None:
    """Half a minute is filled, without heaps."""
    times = [step.at_s for step in PLAN.steps]
    gap_s = 30 / len(times)
    assert all(abs(later - earlier - gap_s) < 1e-9 for earlier, later in itertools.pairwise(times))
    assert 29 < times[-1] < 30


def test_a_document_lies_in_one_lane() -> None:
    """Its steps thus happen in their order, whatever the other lanes do."""
    dealt = lanes(PLAN, 4)
    assert sum(map(len, dealt)) == len(PLAN.steps)
    homes = [{step.action.document for step in lane} for lane in dealt]
    assert sum(map(len, homes)) == len(PLAN.documents)
    assert all(lane == sorted(lane, key=lambda step: step.at_s) for lane in dealt)
