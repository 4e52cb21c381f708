"""How fast do 10,000 changes get into the analysis queue, against one send_message a change with boto3?"""

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
from consumers.analysis_queue.claims import Claims
from consumers.analysis_queue.consumer import AnalysisQueue
from consumers.analysis_queue.message import encode, message_of
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.change import Change


def run() -> Verdict:
    """Measure against LocalStack's SQS, several rounds in turn."""
    times_s: dict[str, list[float]] = {"fanout": [], "send_message": []}
    with localstack() as aws:
        attributes = {"FifoQueue": "true"}
        queue_url = aws.sqs.create_queue(QueueName="bench.fifo", Attributes=attributes)["QueueUrl"]  # type: ignore[arg-type]
        consumer = AnalysisQueue(aws.sqs, queue_url, Claims(aws.s3, "no-claims"))
        for number in range(ROUNDS):
            some = changes(number)
            times_s["send_message"].append(_one_by_one(aws, queue_url, some[:CHANGES_OF_THE_BASELINE]))
            times_s["fanout"].append(delivered_in_s(consumer, some[CHANGES_OF_THE_BASELINE:]))
    figures = figures_of(times_s)
    name = "send_message / fanout"
    return Verdict(
        name="analysis_enqueue",
        question="10,000 changes into LocalStack's SQS, against one send_message a change",
        unit="change",
        figures={"enqueue": figures},
        ratios={name: figures["send_message"].median_s / figures["fanout"].median_s},
        goals={name: Goal(least=8.0)},
    )


def _one_by_one(aws: AwsClients, queue_url: str, some: Sequence[Change]) -> float:
    begin_s = time.perf_counter()
    for change in some:
        aws.sqs.send_message(
            QueueUrl=queue_url,
            MessageBody=encode(message_of(change)),
            MessageGroupId=change.document_id,
            MessageDeduplicationId=change.event_id,
        )
    return (time.perf_counter() - begin_s) / len(some)
