"""What the function's answer says of a batch. Pure.

Source: AWS Lambda Developer Guide, "Configuring partial batch response with DynamoDB and Lambda" and "Implementing
stateful DynamoDB stream processing in Lambda", and recordings of every form below.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from fanout_local.event_source_mapping.choices import MOST_PAYLOAD_BYTES
from fanout_local.event_source_mapping.happenings import Invoked

TOO_LARGE_ERROR = "Unhandled"
"""Lambda makes an answer over its limit an error of the function, Function.ResponseSizeTooLarge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """The first `count` records are done; the others, if there are any, come again."""

    count: int
    state: bytes | None = None
    """The window's new state, JSON; None where there are no windows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Nothing of the batch is done."""

    function_error: str | None
    """As the Invoke API told it; None: the function returned, and named failed items."""


type Verdict = Took | Failed


class _NoAnswerError(ValueError):
    """An answer of which nothing follows."""


def judge(answer: Invoked, sequence_numbers: Sequence[str], *, report: bool, windowed: bool) -> Verdict:
    """Return what follows from an answer.

    Args:
        answer: the function's.
        sequence_numbers: of the batch, in stream order.
        report: FunctionResponseTypes has ReportBatchItemFailures; else failed items are not looked for.
        windowed: the answer must hold a `state`.

    """
    if answer.function_error is not None:
        return Failed(function_error=answer.function_error)
    if len(answer.payload) > MOST_PAYLOAD_BYTES:
        return Failed(function_error=TOO_LARGE_ERROR)
    if not report and not windowed:
        return Took(count=len(sequence_numbers))
    try:
        document = _document(answer.payload)
        state = _state(document) if windowed else None
        count = _first_failed(document, sequence_numbers) if report else len(sequence_numbers)
    except _NoAnswerError:
        return Failed(function_error=None)
    if count == 0 and sequence_numbers:
        return Failed(function_error=None)
    return Took(count=count, state=state)


def _document(payload: bytes) -> object:
    try:
        return json.loads(payload) if payload else None
    except ValueError as error:
        raise _NoAnswerError from error


def _state(document: object) -> bytes:
    state = document.get("state") if isinstance(document, dict) else None
    if state is None:
        raise _NoAnswerError
    return json.dumps(state, separators=(",", ":"), ensure_ascii=False).encode()


def _first_failed(document: object, sequence_numbers: Sequence[str]) -> int:
    """Return the place of the lowest failed record; the batch's length when none failed."""
    failures = document.get("batchItemFailures") if isinstance(document, dict) else None
    if failures is None or failures == []:
        return len(sequence_numbers)
    if not isinstance(failures, list):
        raise _NoAnswerError
    places = {number: place for place, number in enumerate(sequence_numbers)}
    try:
        return min(places[failure["itemIdentifier"]] for failure in failures)
    except (KeyError, TypeError) as error:
        raise _NoAnswerError from error
