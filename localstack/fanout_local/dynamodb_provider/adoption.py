"""Whether a table that exists is the table that is asked for."""

from collections.abc import Iterable, Mapping
from typing import Any

Shape = dict[str, Any]


def differences(wanted: Mapping[str, Any], existing: Mapping[str, Any]) -> list[str]:
    """What of keys and indexes differs between a CreateTable request and a table description, in words.

    Billing, streams, tags and encryption are left out: they do not decide what the table can hold.
    """
    found = []
    if _keys(wanted, wanted) != _keys(existing, existing):
        found.append(f"its keys are {_keys(existing, existing)}, not {_keys(wanted, wanted)}")
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        here, there = _indexes(existing, kind), _indexes(wanted, kind)
        found += [f"its index {name} differs or is missing" for name in there if here.get(name) != there[name]]
        found += [f"it has an index {name} more" for name in here if name not in there]
    return found


def _indexes(table: Mapping[str, Any], kind: str) -> dict[str, Shape]:
    return {
        index["IndexName"]: {"keys": _keys(index, table), "projection": _projection(index["Projection"])}
        for index in table.get(kind) or ()
    }


def _projection(projection: Mapping[str, Any]) -> Shape:
    attributes: Iterable[str] = projection.get("NonKeyAttributes") or ()
    return {"type": projection["ProjectionType"], "attributes": sorted(attributes)}


def _keys(keyed: Mapping[str, Any], table: Mapping[str, Any]) -> str:
    types = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in table["AttributeDefinitions"]}
    parts = sorted(keyed["KeySchema"], key=lambda part: str(part["KeyType"]))
    return ", ".join(f"{part['AttributeName']} {types[part['AttributeName']]} ({part['KeyType']})" for part in parts)
