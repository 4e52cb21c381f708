"""The scheduled Lambda function that closes periods. A missing or wrong setting fails its start."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.audit_log.trail.cloudwatch import CloudWatchTrail
from consumers.audit_log.trail.seal_store import SealStore, SealTakenError
from consumers.audit_log.trail.sealing import Sealer
from consumers.audit_log.trail.signing import KmsSigner
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment

READ_TIMEOUT_S = 20.0
RESERVE_S = 30.0
"""Kept back so that a period that was begun is also closed."""

_environment = Environment(os.environ)
_aws = AwsClients(read_timeout_s=READ_TIMEOUT_S)
_clock = SystemClock()
_sealer = Sealer(
    trail=CloudWatchTrail(_aws.logs, _environment.text("FANOUT_AUDIT_LOG_GROUP")),
    seals=SealStore(_aws.s3, _environment.text("FANOUT_AUDIT_BUCKET")),
    signer=KmsSigner(_aws.kms, _environment.text("FANOUT_AUDIT_KEY")),
    delay_ms=round(
        1000 * _environment.seconds("FANOUT_AUDIT_SEAL_DELAY_S", default_s=900, least_s=0, most_s=24 * 3600)
    ),
)
_logger = Logger(service="fanout-audit-sealer")


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, list[int]]:  # noqa: ARG001
    """Close what is over; answer with the numbers of the new seals. What raises is tried again at the next hour."""
    deadline = Deadline.after(context.get_remaining_time_in_millis() / 1000 - RESERVE_S, _clock)
    try:
        seals = _sealer.seal(deadline)
    except SealTakenError as taken:
        _logger.warning("another sealer is at work", extra={"reason": str(taken)})
        return {"seals": []}
    _logger.info(
        "sealed", extra={"seals": [{"number": it.number, "events": it.events, "to_ms": it.to_ms} for it in seals]}
    )
    return {"seals": [seal.number for seal in seals]}
