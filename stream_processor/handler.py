"""The stream-triggered Lambda function. A missing or wrong setting fails its start, with the variable's name."""

import os

from aws_lambda_powertools.utilities.typing import LambdaContext

from stream_processor.bootstrap import CLOCK, Composition
from stream_processor.deadline import Deadline
from stream_processor.observation import Observer
from stream_processor.settlement import BatchAnswer

_composition = Composition(os.environ)
_processor = _composition.stream_processor()
_observer = Observer(_composition.settings.stage)


def handle(event: object, context: LambdaContext) -> BatchAnswer:
    """Deliver one batch of stream records; answer with the records that must come again."""
    deadline = Deadline.after(context.get_remaining_time_in_millis() / 1000, CLOCK)
    answer, report = _processor.process(event, deadline)
    _observer.batch(report, context.aws_request_id)
    return answer
