"""The documents table, read only (I10): items by key, read strongly, and whole segments page by page."""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING, Any

from stream_processor.attribute_values import Image, decode_image
from stream_processor.deadline import Deadline
from stream_processor.document_id import document_id
from stream_processor.typed_json import TypedItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS_A_READ = 100
"""Most keys of one BatchGetItem (DynamoDB API Reference)."""


class OutOfTimeError(Exception):
    """The table did not give everything before the deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a scan.

    Attributes:
        items: document id -> image.
        next_key: where the next page begins, typed JSON; None after the last.
        read_units: what the page cost.

    """

    items: Mapping[str, Image]
    next_key: TypedItem | None
    read_units: float


class DocumentsTable:
    """The table at its present state."""

    def __init__(self, client: "DynamoDBClient", name: str) -> None:
        """Read the table `name`."""
        self._client = client
        self.name = name
        self._key_types: dict[str, str] = {}

    @property
    def key_names(self) -> Collection[str]:
        """The names of the key attributes."""
        return self.key_types.keys()

    @property
    def key_types(self) -> Mapping[str, str]:
        """Name -> type tag (S, N or B) of the key attributes; asked for once."""
        if not self._key_types:
            table = self._client.describe_table(TableName=self.name)["Table"]
            types = {it["AttributeName"]: it["AttributeType"] for it in table["AttributeDefinitions"]}
            self._key_types = {key["AttributeName"]: types[key["AttributeName"]] for key in table["KeySchema"]}
        return self._key_types

    def count(self) -> int:
        """Return about how many items there are; DynamoDB counts every six hours."""
        return self._client.describe_table(TableName=self.name)["Table"]["ItemCount"]

    def stream_arn(self) -> str | None:
        """Return the stream that the table writes to now."""
        return self._client.describe_table(TableName=self.name)["Table"].get("LatestStreamArn")

    def get(self, keys: Iterable[TypedItem], deadline: Deadline) -> dict[str, Image]:
        """Return the items that exist, by document id, read strongly.

        Raises:
            OutOfTimeError: not all could be read in time.
            ClientError, BotoCoreError: the call failed.

        """
        items: dict[str, Image] = {}
        distinct = {repr(sorted(key.items())): _for_boto(key) for key in keys}
        for chunk in batched(distinct.values(), KEYS_A_READ, strict=False):
            waiting: Sequence[Mapping[str, Any]] = chunk
            while waiting:
                if deadline.passed():
                    raise OutOfTimeError(f"{self.name} did not give every item in time")
                request: Any = {self.name: {"Keys": waiting, "ConsistentRead": True}}
                answer = self._client.batch_get_item(RequestItems=request)
                items |= self._images(answer["Responses"].get(self.name, []))
                waiting = answer["UnprocessedKeys"].get(self.name, {"Keys": []})["Keys"]
        return items

    def page(self, segment: int, segments: int, start_key: TypedItem | None, *, limit: int) -> Page:
        """Return the next page of a segment, read strongly."""
        start: Any = {} if start_key is None else {"ExclusiveStartKey": _for_boto(start_key)}
        answer = self._client.scan(
            TableName=self.name,
            ConsistentRead=True,
            Segment=segment,
            TotalSegments=segments,
            Limit=limit,
            ReturnConsumedCapacity="TOTAL",
            **start,
        )
        next_key = answer.get("LastEvaluatedKey")
        return Page(
            items=self._images(answer["Items"]),
            next_key=None if next_key is None else _from_boto(next_key),
            read_units=answer.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0),
        )

    def _images(self, items: Sequence[Mapping[str, Any]]) -> dict[str, Image]:
        images = (decode_image(_from_boto(item)) for item in items)
        return {document_id({name: image[name] for name in self.key_names}): image for image in images}


def _for_boto(item: TypedItem) -> dict[str, Any]:
    """Return typed JSON as boto3 takes it: binary as bytes. Keys hold no other place for it."""
    return {name: {"B": b64decode(value["B"])} if "B" in value else dict(value) for name, value in item.items()}


def _from_boto(item: Mapping[str, Any]) -> TypedItem:
    """Return what boto3 gives as typed JSON: bytes as base64 text."""
    return {name: _value_from_boto(value) for name, value in item.items()}


def _value_from_boto(value: Mapping[str, Any]) -> Mapping[str, Any]:
    ((tag, content),) = value.items()
    if tag == "B":
        return {tag: b64encode(content).decode()}
    if tag == "BS":
        return {tag: [b64encode(member).decode() for member in content]}
    if tag == "M":
        return {tag: _from_boto(content)}
    if tag == "L":
        return {tag: [_value_from_boto(member) for member in content]}
    return value
