"""Values back into DynamoDB's typed JSON: what `stream_processor.attribute_values` decodes."""

from base64 import b64encode
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stream_processor.attribute_values import AttributeValue, Image

type TypedItem = Mapping[str, Mapping[str, Any]]
"""An item as DynamoDB's JSON has it: binary is base64 text."""


def typed_image(image: Image) -> dict[str, dict[str, Any]]:
    """Return keys, or any image of scalars, as typed JSON.

    Raises:
        ValueError: a value is not a string, a number or binary: no key holds another type.

    """
    return {name: _typed(value) for name, value in image.items()}


def _typed(value: AttributeValue) -> dict[str, str]:
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, Decimal):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": b64encode(value).decode()}
    raise ValueError(f"a key is a string, a number or binary, not {type(value).__name__}")
