"""The mappings as the endpoint's Lambda API lists them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fanout_local.event_source_mapping.settings import (
    DISABLED_STATES,
    InvalidSettingsError,
    MappingSettings,
    settings_of,
)

DELETING = "Deleting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMapping:
    """A mapping of a DynamoDB stream."""

    mapping_id: str
    function_arn: str
    stream_arn: str
    settings: MappingSettings | None
    """None: they are not valid."""
    problem: str = ""
    """Why they are not."""


class MappingSource:
    """Asks ListEventSourceMappings."""

    def __init__(self, functions: Any, *, state_is_sure: bool) -> None:
        """Ask this endpoint.

        Args:
            functions: boto3's client for lambda.
            state_is_sure: the list's State can be trusted. LocalStack's own, after an update, may say Disabled for ever
                of what is enabled; asked for that one mapping, it says what is true.

        """
        self._functions = functions
        self._state_is_sure = state_is_sure

    def read(self) -> list[ListedMapping]:
        """Return all mappings of DynamoDB streams but those being deleted. Raises botocore's errors."""
        return [self._listed(entry) for entry in self._entries() if entry.get("State") != DELETING]

    def _entries(self) -> Iterator[Mapping[str, Any]]:
        marker: dict[str, str] = {}
        while True:
            page = self._functions.list_event_source_mappings(**marker)
            for entry in page.get("EventSourceMappings", ()):
                arn = entry.get("EventSourceArn", "")
                if ":dynamodb:" in arn and "/stream/" in arn:
                    yield self._surely(entry)
            if not page.get("NextMarker"):
                return
            marker = {"Marker": page["NextMarker"]}

    def _surely(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._state_is_sure or entry.get("State") not in DISABLED_STATES:
            return entry
        alone = self._functions.get_event_source_mapping(UUID=entry["UUID"])
        return {**entry, "State": alone["State"]}

    def _listed(self, entry: Mapping[str, Any]) -> ListedMapping:
        settings, problem = None, ""
        try:
            settings = settings_of(entry)
        except InvalidSettingsError as error:
            problem = str(error)
        return ListedMapping(
            mapping_id=str(entry["UUID"]),
            function_arn=str(entry.get("FunctionArn", "")),
            stream_arn=str(entry["EventSourceArn"]),
            settings=settings,
            problem=problem,
        )
