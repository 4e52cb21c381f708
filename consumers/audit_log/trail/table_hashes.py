"""What the documents table holds, as the audit log would hash it."""

from collections.abc import Iterator, Mapping

from stream_processor.adapters.documents_table import DocumentsTable
from stream_processor.attribute_values import Image
from stream_processor.canonical import canonical_attributes, image_hash
from stream_processor.projection import Projection
from stream_processor.typed_json import TypedItem

ITEMS_A_PAGE = 1_000


class TableHashes:
    """The table, seen through the projection of the audit log."""

    def __init__(self, table: DocumentsTable, projection: Projection) -> None:
        """Take both."""
        self._table = table
        self._projection = projection

    def pages(self) -> Iterator[Mapping[str, str]]:
        """Yield document id -> hash, of all documents, page by page."""
        start: TypedItem | None = None
        while True:
            page = self._table.page(0, 1, start, limit=ITEMS_A_PAGE)
            yield {name: self._hash(image) for name, image in page.items.items()}
            if page.next_key is None:
                return
            start = page.next_key

    def _hash(self, image: Image) -> str:
        keys = {name: image[name] for name in self._table.key_names}
        return image_hash(canonical_attributes(self._projection.seen(image, keys)))
