"""Whether plain JSON says what an item says. Written against the documented form, not with the code that makes it."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any


def difference(item: Mapping[str, Mapping[str, Any]], plain: object) -> str | None:
    """Return the path of the first attribute whose plain JSON differs from the typed item; None if none does."""
    return _of_members({name: dict(value) for name, value in item.items()}, plain, path="")


def _of_value(typed: Mapping[str, Any], plain: object, path: str) -> str | None:
    ((tag, content),) = typed.items()
    if tag == "M":
        return _of_members(content, plain, path)
    if tag == "L":
        if not isinstance(plain, list) or len(plain) != len(content):
            return path
        found = (_of_value(value, plain[index], f"{path}[{index}]") for index, value in enumerate(content))
        return next((place for place in found if place), None)
    return None if _SAME[tag](content, plain) else path


def _of_members(members: Mapping[str, Mapping[str, Any]], plain: object, path: str) -> str | None:
    if not isinstance(plain, dict):
        return path or "(whole)"
    odd = sorted(members.keys() ^ plain.keys())
    if odd:
        return f"{path}.{odd[0]}".lstrip(".")
    found = (_of_value(value, plain[name], f"{path}.{name}".lstrip(".")) for name, value in members.items())
    return next((place for place in found if place), None)


def _number(plain: object) -> Decimal | None:
    if isinstance(plain, bool) or not isinstance(plain, int | float | str):
        return None
    try:
        return Decimal(str(plain))
    except InvalidOperation:
        return None


def _is_text(plain: object, text: str) -> bool:
    return type(plain) is str and plain == text


_SAME: Mapping[str, Callable[[Any, Any], bool]] = {
    "S": lambda content, plain: _is_text(plain, content),
    "N": lambda content, plain: _number(plain) == Decimal(content),
    "B": lambda content, plain: _is_text(plain, _base64(content)),
    "BOOL": lambda content, plain: plain is content,
    "NULL": lambda _, plain: plain is None,
    "SS": lambda content, plain: plain == sorted(content),
    "NS": lambda content, plain: _numbers(plain) == sorted(map(Decimal, content)),
    "BS": lambda content, plain: plain == [_base64(member) for member in sorted(map(bytes, content))],
}
"""Type tag -> whether plain JSON says the same as the typed content."""


def _numbers(plain: object) -> list[Decimal | None]:
    return [_number(member) for member in plain] if isinstance(plain, list) else []


def _base64(content: bytes) -> str:
    return b64encode(bytes(content)).decode()
