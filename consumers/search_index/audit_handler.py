"""The scheduled function of the drift audit: one part of the table at each run, and a metric of what it finds."""

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.search_index.audit import Part
from consumers.search_index.upkeep import Upkeep
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.deadline import Deadline
from stream_processor.environment import Environment
from stream_processor.observation import NAMESPACE

HOUR_MS = 3_600_000
KEYS_TOLD = 20

_environment = Environment(os.environ)
_upkeep = Upkeep(_environment, AwsClients(read_timeout_s=20, attempts=4))
_parts = int(_environment.text("FANOUT_AUDIT_PARTS"))
_clock = SystemClock()
_logger = Logger(service="fanout")
_metrics = Metrics(namespace=NAMESPACE, service="fanout")
_metrics.set_default_dimensions(stage=_environment.text("FANOUT_STAGE"))


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Audit the part of the hour, or part ``event["part"]``; nothing is mended: that is a person's decision."""
    part = Part(number=int(event.get("part", _clock.now_ms() // HOUR_MS % _parts)), of=_parts)
    deadline = Deadline.after(context.get_remaining_time_in_millis() / 1000, _clock)
    report = _upkeep.audit(_upkeep.alias).run(deadline, part)
    told = [f"{each.kind} {each.document_id}" for each in report.drift[:KEYS_TOLD]]
    log = _logger.warning if report.drift else _logger.info
    log("index audit", part=part.number, documents=report.documents, drift=told, parked=len(report.parked))
    _metrics.add_metric("IndexAudited", MetricUnit.Count, report.documents)
    _metrics.add_metric("IndexDrift", MetricUnit.Count, len(report.drift))
    _metrics.flush_metrics()
    return {"part": part.number, "documents": report.documents, "drift": len(report.drift)}
