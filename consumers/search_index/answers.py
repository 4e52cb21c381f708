"""What an answer of OpenSearch, or none, means for a change."""

from collections.abc import Iterator, Mapping
from typing import Any

from opensearchpy.exceptions import TransportError

from stream_processor.outcome import DELIVERED, Cause, Outcome, Rejected, Retry

MAX_REASON_CHARACTERS = 300
_OURS = (401, 403, 404, 408, 409, 429)
_OURS_BY_TYPE = (
    "script_exception",
    "resource_not_found_exception",
    "index_not_found_exception",
    "index_closed_exception",
)


def outcome_of_item(item: Mapping[str, Any]) -> Outcome:
    """Return the outcome of one item of a bulk answer.

    | status                                                                                | outcome   |
    |---------------------------------------------------------------------------------------|-----------|
    | 2xx: written, or "noop" because the entry is as new as the change or newer            | Delivered |
    | 429, 5xx: overloaded, a shard is missing                                              | Retry     |
    | 401, 403: permissions; the index is read-only                                         | Retry     |
    | 404: the index is gone, or the alias (`require_alias`: it is never re-created by accident) | Retry     |
    | 409: another writer came first more often than `retry_on_conflict`                    | Retry     |
    | 400, whatever its cause says of a script that is missing or fails, or a closed index  | Retry     |
    | any other 4xx: the mapping refuses the entry, or it cannot be parsed                  | Rejected  |
    """
    status = item.get("status", 500)
    if 200 <= status < 300:
        return DELIVERED
    error = item.get("error", {})
    return _failure(status, error)


def outcome_of_request(error: TransportError) -> Outcome:
    """Return the outcome of all changes of a request that failed as a whole.

    | failure                                                                      | outcome                  |
    |------------------------------------------------------------------------------|--------------------------|
    | no connection, time-out, TLS                                                 | Retry                    |
    | a status                                                                     | as `outcome_of_item` says |

    A Rejected of several changes means that one of them cannot be parsed, or that they are too large together:
    the caller sends each half by itself.
    """
    if not isinstance(error.status_code, int):
        return Retry(cause=Cause(type=type(error).__name__, message=str(error.error)[:MAX_REASON_CHARACTERS]))
    details = error.info.get("error") if isinstance(error.info, dict) else None
    return _failure(error.status_code, details if isinstance(details, dict) else {})


def _failure(status: int, error: Mapping[str, Any]) -> Outcome:
    cause = Cause(type=str(error.get("type", f"status {status}")), message=_reason(error))
    types = set(_types(error))
    if status >= 500 or status in _OURS or not types.isdisjoint(_OURS_BY_TYPE):
        return Retry(cause=cause)
    return Rejected(cause=cause)


def _reason(error: Mapping[str, Any]) -> str:
    """Return the reason without the content that OpenSearch quotes in it."""
    reason = str(error.get("reason", ""))
    return reason.partition(" Preview of field's value")[0][:MAX_REASON_CHARACTERS]


def _types(error: Mapping[str, Any]) -> Iterator[str]:
    cause: object = error
    while isinstance(cause, Mapping):
        yield str(cause.get("type"))
        cause = cause.get("caused_by")
