"""The failure record of a part of a batch that is given up. Pure."""

import uuid

from fanout_local.event_source_mapping.event import event_of
from fanout_local.event_source_mapping.failure_record import Condition, FailureRecord, LastAnswer
from fanout_local.event_source_mapping.happenings import Invoked
from fanout_local.event_source_mapping.part import Part
from fanout_local.event_source_mapping.settings import MappingSettings

REQUEST_IDS = uuid.UUID("6d1f0a52-4c4e-5a0e-8b6e-2f4b8f1f7c11")
"""Namespace of the request ids of failures that no invocation belongs to."""


def exhausted(part: Part, answer: Invoked, settings: MappingSettings, shard_id: str, now_ms: int) -> FailureRecord:
    """Return the failure record of a part whose attempts are used up."""
    return _failure(
        part,
        settings,
        shard_id,
        now_ms,
        condition=Condition.RETRY_ATTEMPTS_EXHAUSTED,
        answer=answer,
    )


def expired(part: Part, settings: MappingSettings, shard_id: str, now_ms: int) -> FailureRecord:
    """Return the failure record of a part that is too old."""
    return _failure(part, settings, shard_id, now_ms, condition=Condition.RECORD_AGE_EXCEEDED, answer=None)


def _failure(
    part: Part,
    settings: MappingSettings,
    shard_id: str,
    now_ms: int,
    *,
    condition: Condition,
    answer: Invoked | None,
) -> FailureRecord:
    first, last = part.records[0], part.records[-1]
    name = f"{settings.mapping_id}/{shard_id}/{first.sequence_number}/{last.sequence_number}"
    return FailureRecord(
        condition=condition,
        request_id=answer.request_id if answer is not None else str(uuid.uuid5(REQUEST_IDS, name)),
        function_arn=settings.function_arn,
        stream_arn=settings.stream_arn,
        shard_id=shard_id,
        invoke_count=part.failures,
        last_answer=None
        if answer is None
        else LastAnswer(
            status_code=answer.status_code,
            executed_version=answer.executed_version,
            function_error=answer.function_error,
        ),
        start_sequence_number=first.sequence_number,
        end_sequence_number=last.sequence_number,
        first_arrival_ms=first.created_ms,
        last_arrival_ms=last.created_ms,
        batch_size=len(part.records),
        event=event_of(part.records),
        given_up_ms=now_ms,
    )
