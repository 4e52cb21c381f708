"""Which attributes a consumer may see. Applied once, before the consumer gets anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from stream_processor.attribute_values import AttributeValue, Image
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
        return replace(
            change,
            old_image=self._image(change.old_image, change.keys),
            new_image=self._image(change.new_image, change.keys),
            record=_NO_RECORD,
        )

    def _image(self, image: Image | None, keys: Image) -> Image | None:
        if image is None:
            return None
        return {
            name: value if name in keys else self._value(name, value)
            for name, value in image.items()
            if name in keys or self._seen(name)
        }

    def _seen(self, name: str) -> bool:
        return name not in self.exclude and (self.include is None or name in self.include or name in self.mask)

    def _value(self, name: str, value: AttributeValue) -> AttributeValue:
        return MASK if name in self.mask else value
