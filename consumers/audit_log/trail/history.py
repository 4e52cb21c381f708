"""`fanout audit show`: a document's history as people read it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import unified_diff

from consumers.audit_log.trail.lines import NoAuditEventError, TrailEvent, read_event
from consumers.audit_log.trail.verification import Images, Trail
from stream_processor.attribute_values import Image, decode_image
from stream_processor.plain_json import Plain, plain, plain_image

LINES_A_DIFF = 40
LINE_CHARACTERS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An event, and the document as it left it.

    Attributes:
        image: None when it is deleted, or when the trail keeps no images.

    """

    event: TrailEvent
    image: Image | None


def history(trail: Trail, images: Images | None, document: str) -> list[State]:
    """Return every state of a document, each event once, in the order of its changes."""
    events: dict[str, TrailEvent] = {}
    for line in trail.lines(text=document):
        try:
            event = read_event(line.message)
        except NoAuditEventError:
            continue
        if event.document_id == document:
            events.setdefault(event.event_id, event)
    ordered = sorted(events.values(), key=lambda event: event.order_key)
    return [State(event=event, image=_image(event, images)) for event in ordered]


def state_at(states: Sequence[State], at: datetime) -> State | None:
    """Return the last state whose change was made by then; DynamoDB's times have whole seconds."""
    by_then = [state for state in states if (made := created(state.event)) is not None and made <= at]
    return by_then[-1] if by_then else None


def created(event: TrailEvent) -> datetime | None:
    """Return when the change was made, in UTC."""
    return None if event.created_at is None else datetime.fromisoformat(event.created_at).astimezone(UTC)


def told(states: Sequence[State]) -> Iterator[str]:
    """Yield the history line by line: who changed what when, and how texts differ."""
    before: Image = {}
    for state in states:
        event = state.event
        names = ", ".join(event.changed) if event.changed is not None else "very many attributes"
        yield f"{event.created_at or 'unknown time'}  {event.event_name}  by {event.actor}  ({names})"
        if state.image is not None:
            for name in event.changed or ():
                yield from _difference(name, before.get(name), state.image.get(name), name in before)
        before = state.image or {}


def as_json(image: Image) -> str:
    """Return an image as plain JSON."""
    return json.dumps(plain_image(image), ensure_ascii=False, indent=2, sort_keys=True)


def _difference(name: str, old: object, new: object, was_there: bool) -> Iterator[str]:  # noqa: FBT001
    if isinstance(old, str) and isinstance(new, str) and ("\n" in old + new or len(old) + len(new) > LINE_CHARACTERS):
        lines = unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
        shown = [line for line in lines if not line.startswith(("---", "+++"))]
        yield f"    {name}:"
        yield from (f"      {_cut(line)}" for line in shown[:LINES_A_DIFF])
        if len(shown) > LINES_A_DIFF:
            yield f"      ... {len(shown) - LINES_A_DIFF} more lines"
        return
    was = _cut(_text(old)) if was_there else "(none)"
    yield f"    {name}: {was} -> {_cut(_text(new)) if new is not None or not was_there else '(gone)'}"


def _text(value: object) -> str:
    shown: Plain = plain(value)  # type: ignore[arg-type]
    return json.dumps(shown, ensure_ascii=False, sort_keys=True)


def _cut(text: str) -> str:
    return text if len(text) <= LINE_CHARACTERS else f"{text[:LINE_CHARACTERS]}... ({len(text)} characters)"


def _image(event: TrailEvent, images: Images | None) -> Image | None:
    if event.image is not None or event.image_key is None or images is None:
        return event.image
    read: Mapping[str, object] = json.loads(images.get(event.image_key))
    return decode_image(read)
