"""Happenings and their table, for tests of what is made of them."""

from demonstration.history import Happening, TypedItem, happening
from tests.records import STREAM_LABEL, record


def happened(number: int, document: str = "a", *, written_at_ms: int | None = None, body: str = "text") -> Happening:
    """Return a modification; a greater number is later."""
    stamp = {} if written_at_ms is None else {"written_at_ms": {"N": str(written_at_ms)}}
    new = {"body": {"S": body}, **stamp}
    return happening(record(number, document=document, old={"body": {"S": "old"}}, new=new), STREAM_LABEL)


def removed(number: int, document: str = "a") -> Happening:
    """Return a deletion."""
    return happening(record(number, document=document, old={"body": {"S": "old"}}), STREAM_LABEL)


def table_after(*happenings: Happening) -> dict[str, TypedItem]:
    """Return the documents that exist after these happenings, by document id."""
    newest = {it.document_id: it for it in sorted(happenings, key=lambda it: it.order_key)}
    return {name: it.new_image for name, it in newest.items() if it.new_image is not None}
