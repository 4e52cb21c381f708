"""Which attributes a consumer may see. Applied once, before the consumer gets anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from stream_processor.attribute_values import Image
from stream_processor.change import Change

MASK = "***"
_NO_RECORD: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """A choice of top-level attributes. The keys always stay: without them a change is about nothing.

    Attributes:
        include: only these are seen; None: all.
        exclude: these are not seen.
        mask: of these it is seen that they are there; their value is replaced by `MASK`.

    """

    include: frozenset[str] | None = None
    exclude: frozenset[str] = frozenset()
    mask: frozenset[str] = frozenset()

    def apply(self, change: Change) -> Change:
        """Return the change as the consumer may see it; the raw record, which holds everything, is taken out."""
        return Change(
            event_id=change.event_id,
            event_name=change.event_name,
            document_id=change.document_id,
            order_key=change.order_key,
            keys=change.keys,
            old_image=None if change.old_image is None else self.seen(change.old_image, change.keys),
            new_image=None if change.new_image is None else self.seen(change.new_image, change.keys),
            created_at_s=change.created_at_s,
            size_bytes=change.size_bytes,
            user_identity=change.user_identity,
            record=_NO_RECORD,
        )

    def seen(self, image: Image, keys: Image) -> Image:
        """Return an image as the consumer may see it."""
        if self.include is None:
            seen = dict(image)
        else:
            seen = {name: value for name, value in image.items() if name in self.include or name in self.mask}
        for name in self.exclude:
            seen.pop(name, None)
        for name in self.mask:
            if name in seen:
                seen[name] = MASK
        seen.update(keys)
        return seen
