"""Search for people: words in, ranked documents with highlights out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opensearchpy import OpenSearch

from consumers.search_index.entry import document_of

SNIPPETS = 3
SNIPPET_CHARACTERS = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One document found.

    Attributes:
        document: the document as plain JSON.
        highlights: field -> passages with the words between ``<em>`` and ``</em>``; the rest is not escaped.

    """

    document_id: str
    score: float
    document: Mapping[str, Any]
    highlights: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best hits, and how many documents match in all (10,000 stands for "that or more")."""

    total: int
    hits: Sequence[Hit]


def search(client: OpenSearch, alias: str, words: str, limit: int = 10) -> Found:
    """Find documents by words in title and body; a word in the title counts three times.

    Raises:
        opensearchpy.exceptions.OpenSearchException: the cluster refuses or does not answer.

    """
    passages = {"number_of_fragments": SNIPPETS, "fragment_size": SNIPPET_CHARACTERS}
    answer = client.search(
        index=alias,
        body={
            "size": limit,
            "query": {"multi_match": {"query": words, "fields": ["title^3", "body"], "operator": "and"}},
            "highlight": {"fields": {"title": {"number_of_fragments": 0}, "body": passages}},
        },
    )
    return Found(
        total=answer["hits"]["total"]["value"],
        hits=[
            Hit(
                document_id=hit["_id"],
                score=hit["_score"],
                document=document_of(hit["_source"]),
                highlights=hit.get("highlight", {}),
            )
            for hit in answer["hits"]["hits"]
        ],
    )
