"""The mappings that an endpoint lists."""

from typing import Any

from fanout_local.event_source_mapping.runner.mapping_source import MappingSource

STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-02T03:04:05.678"


def mapping(uuid: str, **settings: object) -> dict[str, Any]:
    """One entry of the list."""
    return {
        "UUID": uuid,
        "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f",
        "EventSourceArn": STREAM,
        "StartingPosition": "TRIM_HORIZON",
        "State": "Enabled",
        **settings,
    }


class Endpoint:
    """Lambda's API with some mappings; its pages hold one each. Asked for one alone, its State is `alone`."""

    def __init__(self, *mappings: dict[str, Any], alone: str = "Enabled") -> None:
        self._mappings = mappings
        self._alone = alone

    def list_event_source_mappings(self, Marker: str = "0") -> dict[str, Any]:  # noqa: N803 (boto3's name)
        """One page."""
        place = int(Marker)
        following = {"NextMarker": str(place + 1)} if place + 1 < len(self._mappings) else {}
        return {"EventSourceMappings": list(self._mappings[place : place + 1]), **following}

    def get_event_source_mapping(self, UUID: str) -> dict[str, Any]:  # noqa: N803
        """One mapping."""
        return {**next(mapping for mapping in self._mappings if mapping["UUID"] == UUID), "State": self._alone}


def test_every_page_is_read_and_other_sources_are_left_out() -> None:
    """Only DynamoDB streams' mappings are ours, and none that is being deleted."""
    endpoint = Endpoint(
        mapping("a"),
        mapping("queue", EventSourceArn="arn:aws:sqs:us-east-1:000000000000:q"),
        mapping("gone", State="Deleting"),
        mapping("b"),
    )
    found = MappingSource(endpoint, state_is_sure=True).read()
    assert [listed.mapping_id for listed in found] == ["a", "b"]


def test_a_mapping_that_cannot_be_served_is_told_with_its_reason() -> None:
    """Settings out of range, from an endpoint that lets them pass, leave the other mappings as they are."""
    bad, good = MappingSource(Endpoint(mapping("bad", BatchSize=0), mapping("good")), state_is_sure=True).read()
    assert bad.settings is None
    assert "BatchSize is 0" in bad.problem
    assert good.settings is not None


def test_a_doubtful_state_is_asked_for_again() -> None:
    """LocalStack's own list may say Disabled of what is enabled: asked for it alone, it tells the truth."""
    endpoint = Endpoint(mapping("a", State="Disabled"), alone="Enabled")
    doubted, believed = (MappingSource(endpoint, state_is_sure=sure).read()[0].settings for sure in (False, True))
    assert doubted is not None
    assert doubted.enabled
    assert believed is not None
    assert not believed.enabled
