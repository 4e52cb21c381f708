"""Our own script: the stories told as writes, mixed together, the same at every run."""

from collections.abc import Iterator
from decimal import Context, Decimal
from random import Random
from typing import NamedTuple

from demonstration.plan import Action, Attributes, Create, Delete, Edit, Expire, Plan, Value, spread
from demonstration.stories import Ending, Story, stories

DURATION_S = 30.0
SEED = 1729
_EXACT = Context(prec=38)


class _Told(NamedTuple):
    at: float
    action: Action


def scripted(duration_s: float = DURATION_S, seed: int = SEED) -> Plan:
    """Return the plan of our own script: 24 documents, more than 300 changes."""
    random = Random(seed)
    told = [step for story in stories() for step in _tell(story, random)]
    told.sort(key=lambda step: step.at)
    return spread("our own script", [step.action for step in told], duration_s)


def _tell(story: Story, random: Random) -> Iterator[_Told]:
    """Yield a story's steps with their places, in order."""
    actions = list(_actions(story, random))
    span = story.ends - story.begins
    for index, action in enumerate(actions):
        wobble = random.random() * 0.9
        at = story.begins + span * (index + wobble) / len(actions) if index else story.begins
        yield _Told(at=at, action=action)


def _actions(story: Story, random: Random) -> Iterator[Action]:
    yield from _life(story, random)
    last_person = story.people[story.edits % 2]
    match story.ending:
        case Ending.STAYS:
            return
        case Ending.DELETED:
            yield Delete(document=story.document, person=last_person)
        case Ending.EXPIRED:
            yield Expire(document=story.document, person=last_person)
        case Ending.RECREATED:
            yield Delete(document=story.document, person=last_person)
            yield from _life(story, random)


def _life(story: Story, random: Random) -> Iterator[Action]:
    """Yield a creation and its edits, by two people in turn."""
    attributes: dict[str, Value] = {"title": story.title, "body": story.body, **story.first}
    yield Create(document=story.document, person=story.people[0], attributes=dict(attributes))
    for number in range(story.edits):
        changes = _changed(attributes, story.phrases, random)
        attributes.update(changes)
        yield Edit(
            document=story.document,
            person=story.people[(number + 1) % 2],
            version=number + 1,
            changes=changes,
        )


def _changed(attributes: Attributes, phrases: tuple[str, ...], random: Random) -> Attributes:
    """Return what an edit sets: a body that grew, and at times another attribute by its type."""
    changes: dict[str, Value] = {"body": f"{attributes['body']!s} {random.choice(phrases)}".lstrip()}
    name = random.choice(sorted(attributes))
    match attributes[name]:
        case bytes() as data:
            changes[name] = data[1:] + data[:1]
        case Decimal() as number:
            changes[name] = _EXACT.subtract(number, 1)
        case set() as members if name == "tags":
            changes[name] = {*map(str, members), f"tag-{random.randrange(10)}"}
        case dict() as nested:
            changes[name] = {**nested, "seen_by": [*_listed(nested.get("seen_by")), random.choice(phrases)]}
        case _:
            pass
    return changes


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else []
