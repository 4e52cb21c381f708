"""A consumer sees the attributes it may see, and nothing else."""

from stream_processor.change import Change
from stream_processor.decode import decode_record
from stream_processor.projection import MASK, Projection
from tests.records import record


def change() -> Change:
    images = {"title": {"S": "t"}, "body": {"S": "b"}, "email": {"S": "e"}}
    decoded = decode_record(record(1, old=images, new=images))
    assert isinstance(decoded, Change)
    return decoded


def seen(projection: Projection) -> dict[str, object]:
    projected = projection.apply(change())
    assert projected.new_image is not None
    assert projected.old_image == projected.new_image
    return dict(projected.new_image)


def test_include_shows_only_these_and_the_keys() -> None:
    """What is not included is not there."""
    assert seen(Projection(include=frozenset({"title"}))) == {"id": "a", "title": "t"}


def test_exclude_hides_these() -> None:
    """What is excluded is not there; a key cannot be excluded."""
    assert seen(Projection(exclude=frozenset({"body", "id"}))) == {"id": "a", "title": "t", "email": "e"}


def test_mask_shows_that_something_is_there() -> None:
    """A masked value is replaced; it is seen even where only others are included, but not where it is excluded."""
    assert seen(Projection(include=frozenset({"title"}), mask=frozenset({"email"}))) == {
        "id": "a",
        "title": "t",
        "email": MASK,
    }
    assert "email" not in seen(Projection(exclude=frozenset({"email"}), mask=frozenset({"email"})))


def test_the_raw_record_goes_with_what_is_hidden() -> None:
    """A consumer cannot look around its projection."""
    assert Projection(exclude=frozenset({"body"})).apply(change()).record == {}
