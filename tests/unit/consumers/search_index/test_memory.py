"""What is remembered of entries, and for how long."""

from typing import Any

from consumers.search_index.memory import MOST_DOCUMENTS, Memory


def written(document_id: str, seq_no: int, *, result: str = "updated", index: str = "v1") -> dict[str, Any]:
    return {"_id": document_id, "_index": index, "_seq_no": seq_no, "_primary_term": 1, "result": result}


def memory(index: str | None = "v1") -> Memory:
    remembering = Memory()
    remembering.in_index(index)
    return remembering


def test_an_older_entry_is_remembered_with_its_version() -> None:
    """Only for a change that is newer: what is not goes by the script."""
    remembering = memory()
    remembering.note("k5", written("a", 7))
    known = remembering.older_than("k6", "a")
    assert known is not None
    assert (known.seq_no, known.primary_term) == (7, 1)
    assert remembering.older_than("k5", "a") is None
    assert remembering.older_than("k6", "b") is None


def test_a_write_that_did_nothing_makes_forget() -> None:
    """The entry is another one than was thought."""
    for result in ("noop", "not_found"):
        remembering = memory()
        remembering.note("k5", written("a", 7))
        remembering.note("k6", written("a", 8, result=result))
        assert remembering.older_than("k9", "a") is None


def test_another_index_has_other_versions() -> None:
    """Neither an alias that moved nor a candidate that may take its place leaves anything remembered."""
    for index in ("v2", None):
        remembering = memory()
        remembering.note("k5", written("a", 7))
        remembering.in_index(index)
        remembering.in_index("v1")
        assert remembering.older_than("k9", "a") is None
        remembering.in_index(index)
        remembering.note("k5", written("a", 7, index="v1"))
        assert remembering.older_than("k9", "a") is None


def test_the_oldest_are_forgotten() -> None:
    """Memory has its bound."""
    remembering = memory()
    for number in range(MOST_DOCUMENTS + 1):
        remembering.note("k1", written(f"d{number}", number))
    assert remembering.older_than("k2", "d0") is None
    assert remembering.older_than("k2", f"d{MOST_DOCUMENTS}") is not None
