"""The Lambda function behind the analysis queue. A missing or wrong setting fails its start, naming the variable."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.analysis_queue.analyzers import build_analyzer
from consumers.analysis_queue.announcing import build_announcer
from consumers.analysis_queue.claims import Claims, claims_bucket
from consumers.analysis_queue.results import Results
from consumers.analysis_queue.worker import AnalysisWorker
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.environment import Environment

READ_TIMEOUT_S = 10.0

_environment = Environment(os.environ)
_aws = AwsClients(read_timeout_s=READ_TIMEOUT_S)
_clock = SystemClock()
_worker = AnalysisWorker(
    analyzer=build_analyzer(_environment, _aws),
    results=Results(_aws.dynamodb, _environment.text("FANOUT_ANALYSIS_RESULTS_TABLE")),
    claims=Claims(_aws.s3, claims_bucket(_environment)),
    announcer=build_announcer(_environment, _aws, _clock),
    clock=_clock,
)
_logger = Logger(service="fanout-analysis-worker")


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take a batch of messages; answer with those that must come again.

    The log line names every event id that arrived, so that deliveries can be counted from outside.
    """
    report = _worker.work(event["Records"])
    log = _logger.warning if report.failed_message_ids else _logger.info
    log(
        "analysis batch",
        extra={
            "stored": report.stored,
            "superseded": report.superseded,
            "failed": report.failed,
            "causes": report.causes,
            "malformed": report.malformed,
            "request_id": context.aws_request_id,
        },
    )
    return report.answer
