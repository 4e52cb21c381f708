"""Each answer of OpenSearch has one meaning. The errors were recorded from OpenSearch 3.6."""

from typing import Any

import pytest
from opensearchpy.exceptions import ConnectionError as NoConnectionError
from opensearchpy.exceptions import ConnectionTimeout, RequestError, TransportError

from consumers.search_index.answers import outcome_of_item, outcome_of_request
from stream_processor.outcome import DELIVERED, Cause, Rejected, Retry

PARSING = {
    "type": "mapper_parsing_exception",
    "reason": "failed to parse field [title] of type [long] in document with id 'a'. "
    "Preview of field's value: 'secret'",
    "caused_by": {"type": "illegal_argument_exception", "reason": 'For input string: "secret"'},
}
NO_SCRIPT = {
    "type": "illegal_argument_exception",
    "reason": "failed to execute script",
    "caused_by": {"type": "resource_not_found_exception", "reason": "unable to find script [x] in cluster state"},
}


@pytest.mark.parametrize("status", [200, 201])
def test_written_or_known_is_delivered(status: int) -> None:
    """A noop is as good as a write: the entry is as new as the change, or newer."""
    assert outcome_of_item({"status": status}) == DELIVERED


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (429, {"type": "circuit_breaking_exception"}),
        (503, {"type": "unavailable_shards_exception"}),
        (500, {}),
        (401, {}),
        (403, {"type": "cluster_block_exception"}),
        (404, {"type": "index_not_found_exception"}),
        (409, {"type": "version_conflict_engine_exception"}),
        (400, NO_SCRIPT),
        (400, {"type": "index_closed_exception"}),
        (400, {"type": "illegal_argument_exception", "caused_by": {"type": "script_exception"}}),
    ],
)
def test_faults_of_the_cluster_or_our_settings_are_tried_again(status: int, error: dict[str, Any]) -> None:
    """These pass, or a person mends them."""
    assert isinstance(outcome_of_item({"status": status, "error": error}), Retry)
    assert isinstance(outcome_of_request(TransportError(status, "", {"error": error})), Retry)


def test_a_document_that_the_mapping_refuses_is_rejected() -> None:
    """With type and reason, but without the content that OpenSearch quotes."""
    cause = Cause(
        type="mapper_parsing_exception",
        message="failed to parse field [title] of type [long] in document with id 'a'.",
    )
    assert outcome_of_item({"status": 400, "error": PARSING}) == Rejected(cause=cause)


@pytest.mark.parametrize(
    "error",
    [RequestError(400, "x_content_parse_exception", {"error": PARSING}), TransportError(413, "", "too large")],
)
def test_a_request_that_cannot_be_taken_is_rejected(error: TransportError) -> None:
    """The caller then looks for the guilty one."""
    assert isinstance(outcome_of_request(error), Rejected)


@pytest.mark.parametrize(
    "error",
    [NoConnectionError("N/A", "refused", OSError()), ConnectionTimeout("TIMEOUT", "read timed out", OSError())],
)
def test_no_answer_is_tried_again(error: TransportError) -> None:
    """The cluster may have written all of it: sending it again does no harm."""
    assert isinstance(outcome_of_request(error), Retry)


def test_an_item_without_a_status_is_tried_again() -> None:
    """What cannot be understood was not delivered."""
    assert isinstance(outcome_of_item({}), Retry)
