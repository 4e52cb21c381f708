"""SQS and CloudWatch Logs of a LocalStack of their own, for benchmarks that write to them."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.measuring import Figure
from benchmarks.stream_events import stream_event
from fanout_local.environment import stack_environment
from fanout_local.stack import running_stack
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.threads import SystemClock
from stream_processor.attribute_values import Image
from stream_processor.change import Change
from stream_processor.consumer import Consumer
from stream_processor.deadline import Deadline
from stream_processor.decode import decode_event
from stream_processor.outcome import DELIVERED

CHANGES = 10_000
CHANGES_OF_THE_BASELINE = 500
"""The baseline takes the same time for every change: it need not be waited for 10,000 times."""
RECORD_BYTES = 2_000
BATCH = 10_000
"""The largest that a stream's mapping hands over."""
ROUNDS = 3


@contextmanager
def localstack() -> Iterator[AwsClients]:
    """Fresh engines for as long as the block runs."""
    before = dict(os.environ)
    with running_stack(instance="bench-sinks", fresh=True) as stack:
        os.environ.update(stack_environment(stack))
        try:
            yield AwsClients(read_timeout_s=60)
        finally:
            os.environ.clear()
            os.environ.update(before)


def changes(number: int) -> Sequence[Change]:
    """Return 10,000 edits of texts, of the present; each number has others."""
    event = stream_event(records=CHANGES + CHANGES // 10, record_bytes=RECORD_BYTES)
    for position, record in enumerate(event["Records"]):
        record["eventID"] = f"{number:08x}{position:024x}"
        record["dynamodb"]["ApproximateCreationDateTime"] = float(int(time.time()))
    touching = [it for it in decode_event(event).changes if _body(it.old_image) != _body(it.new_image)]
    return touching[:CHANGES]


def _body(image: Image | None) -> object:
    return (image or {}).get("body")


def delivered_in_s(consumer: Consumer, some: Sequence[Change]) -> float:
    """Return the seconds it took, per change, in batches as the stream function hands them over."""
    begin_s = time.perf_counter()
    for start in range(0, len(some), BATCH):
        batch = some[start : start + BATCH]
        answers = list(consumer.deliver(batch, Deadline.after(600, SystemClock())))
        others = [answer.outcome for answer in answers if answer.outcome != DELIVERED]
        if others or len(answers) != len(batch):
            raise RuntimeError(f"not every change was delivered, the figures would mean nothing: {others[:3]}")
    return (time.perf_counter() - begin_s) / len(some)


def figures_of(times_s: dict[str, list[float]]) -> dict[str, Figure]:
    """Return the figures of all rounds."""
    return {name: Figure.of(times) for name, times in times_s.items()}
