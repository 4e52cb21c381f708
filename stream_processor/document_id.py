"""One text form of an item's keys, used everywhere: index id, FIFO group, room, audit."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from decimal import Context, Decimal
from hashlib import sha256
from urllib.parse import quote

from stream_processor.attribute_values import AttributeValue

MAX_CHARACTERS = 128
"""The longest MessageGroupId that SQS takes, the tightest limit among the sinks."""

_EXACT = Context(prec=38)
_PLAIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._"
"""What `quote` leaves as it is, but for ``~``."""


def document_id(keys: Mapping[str, AttributeValue]) -> str:
    """Return the document id of an item with these keys: ASCII, 1 to 128 characters, injective for one table.

    Key values in the order of their attribute names, joined by ``/``. A string is percent-encoded; a number is
    ``~N`` and its plain decimal form; binary is ``~B`` and URL-safe base64. ``/`` and ``~`` never come out of
    the encoding of a string, so two different keys never share an id. What would be longer than 128 characters
    is ``~H`` and the SHA-256 of the long form.

    Raises:
        ValueError: a key value is not a string, a number or binary.

    >>> document_id({"id": "welcome"})
    'welcome'
    >>> document_id({"team": "red/blue", "number": Decimal("7.0")})
    '~N7/red%2Fblue'

    """
    values = keys.values() if len(keys) == 1 else [keys[name] for name in sorted(keys)]
    text = "/".join(map(_encode, values))
    if len(text) <= MAX_CHARACTERS:
        return text
    return "~H" + sha256(text.encode()).hexdigest()


def _encode(value: AttributeValue) -> str:
    if type(value) is str:
        return quote(value, safe="").replace("~", "%7E") if value.strip(_PLAIN) else value
    if type(value) is Decimal:
        return f"~N{value.normalize(_EXACT):f}"
    if type(value) is bytes:
        return "~B" + urlsafe_b64encode(value).decode().rstrip("=")
    raise ValueError(f"a key is a string, a number or binary, not {type(value).__name__}")
