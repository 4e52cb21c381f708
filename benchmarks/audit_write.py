"""How fast do 10,000 changes get into the audit log, against one put_log_events a change with boto3?"""

import time
from collections.abc import Sequence

from benchmarks.localstack_sinks import (
    CHANGES_OF_THE_BASELINE,
    ROUNDS,
    changes,
    delivered_in_s,
    figures_of,
    localstack,
)
from benchmarks.verdict import Goal, Verdict
from consumers.audit_log.consumer import AuditLog
from consumers.audit_log.event import audit_event
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change

GROUP, STREAM = "/bench/audit", "one-by-one"


def run() -> Verdict:
    """Measure against LocalStack's CloudWatch Logs, several rounds in turn; both write the same messages."""
    times_s: dict[str, list[float]] = {"fanout": [], "put_log_events": []}
    with localstack() as aws:
        aws.logs.create_log_group(logGroupName=GROUP)
        aws.logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
        consumer = AuditLog(aws.logs, GROUP)
        for number in range(ROUNDS):
            some = changes(number)
            times_s["put_log_events"].append(_one_by_one(aws, some[:CHANGES_OF_THE_BASELINE]))
            times_s["fanout"].append(delivered_in_s(consumer, some[CHANGES_OF_THE_BASELINE:]))
    figures = figures_of(times_s)
    name = "put_log_events / fanout"
    return Verdict(
        name="audit_write",
        question="10,000 changes into LocalStack's CloudWatch Logs, against one put_log_events a change",
        unit="change",
        figures={"write": figures},
        ratios={name: figures["put_log_events"].median_s / figures["fanout"].median_s},
        goals={name: Goal(least=50.0)},
    )


def _one_by_one(aws: AwsClients, some: Sequence[Change]) -> float:
    begin_s = time.perf_counter()
    for change in some:
        message = audit_event(change).message(with_image=False)
        aws.logs.put_log_events(
            logGroupName=GROUP,
            logStreamName=STREAM,
            logEvents=[{"timestamp": round(change.created_at_s * 1000), "message": message}],
        )
    return (time.perf_counter() - begin_s) / len(some)
