"""The Lambda function of the retry queues: parked changes are given to their consumer again."""

import os
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from stream_processor.bootstrap import CLOCK, Composition
from stream_processor.deadline import Deadline
from stream_processor.observation import Observer
from stream_processor.retrying import ParkedMessage
from stream_processor.undelivered import MalformedMessageError

_composition = Composition(os.environ)
_worker = _composition.retry_worker()
_observer = Observer(_composition.settings.stage)
_any_queue = next(iter(_composition.retry_queues.values()))


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Deliver a batch of parked changes; answer with the messages that stay in the queue.

    A message that cannot be read stays too: after its receives are used up, SQS moves it to the dead letter queue.
    """
    deadline = Deadline.after(context.get_remaining_time_in_millis() / 1000, CLOCK)
    messages = []
    unreadable = []
    for record in event["Records"]:
        try:
            undelivered = _any_queue.read(record["body"])
        except (MalformedMessageError, ClientError, BotoCoreError) as error:
            _observer.unreadable_message(record["messageId"], error)
            unreadable.append(record["messageId"])
            continue
        messages.append(ParkedMessage(message_id=record["messageId"], undelivered=undelivered))
    kept, report = _worker.process(messages, deadline)
    _observer.retries(report, context.aws_request_id)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in [*kept, *unreadable]]}
