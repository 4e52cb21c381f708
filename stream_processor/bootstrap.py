"""The one composition root: settings in, ready objects out."""

import random
from collections.abc import Mapping, Sequence

from consumers.registry import CONSUMERS, build_consumer
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.adapters.dynamodb_ledger import DynamoDbLedger
from stream_processor.adapters.s3_failures_bucket import S3FailuresBucket
from stream_processor.adapters.sqs_retry_queue import SqsRetryQueue
from stream_processor.adapters.threads import SystemClock, ThreadExecutor
from stream_processor.circuit_breaker import BreakerPolicy, Judge
from stream_processor.consumer import Consumer, Redelivery
from stream_processor.delivery import Delivery
from stream_processor.environment import Environment
from stream_processor.fan_out import FanOut, Surroundings
from stream_processor.parking import ParkingPolicy
from stream_processor.processing import StreamProcessor
from stream_processor.putting_away import PuttingAway
from stream_processor.retrying import RetryWorker
from stream_processor.settings import Settings

CLOCK = SystemClock()


class Composition:
    """Everything one execution environment needs, made from its environment variables.

    Raises:
        ConfigurationError: a variable is missing or wrong.

    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        """Read the settings and make the parts; no call leaves the machine."""
        environment = Environment(variables)
        self.settings = settings = Settings.read(environment, list(CONSUMERS))
        aws = AwsClients(read_timeout_s=settings.patience_s)
        self.ledger = DynamoDbLedger(aws.dynamodb, settings.ledger_table, CLOCK)
        self.failures = S3FailuresBucket(aws.s3, settings.failures_bucket)
        self.retry_queues = {
            name: SqsRetryQueue(aws.sqs, url, aws.s3, settings.failures_bucket)
            for name, url in settings.retry_queue_urls.items()
        }
        self.consumers = [build_consumer(name, environment, aws) for name in settings.consumers]

    def stream_processor(self) -> StreamProcessor:
        """Return what the stream-triggered function runs."""
        return StreamProcessor(
            consumers=self.settings.consumers,
            ledger=self.ledger,
            delivery=self._delivery(self.consumers),
            putting_away=PuttingAway(retry_queues=self.retry_queues, failures=self.failures, clock=CLOCK),
            clock=CLOCK,
            reserve_s=self.settings.reserve_s,
        )

    def retry_worker(self) -> RetryWorker:
        """Return what the function of the retry queues runs."""
        return RetryWorker(
            consumers=self.settings.consumers,
            ledger=self.ledger,
            delivery=self._delivery([Redelivery(consumer) for consumer in self.consumers]),
            retry_queues=self.retry_queues,
            failures=self.failures,
            policy=ParkingPolicy(),
            clock=CLOCK,
            chance=random.random,
            reserve_s=self.settings.reserve_s,
        )

    def _delivery(self, consumers: Sequence[Consumer]) -> Delivery:
        return Delivery(
            fan_out=FanOut(
                consumers,
                patience_s=dict.fromkeys(self.settings.consumers, self.settings.patience_s),
                surroundings=Surroundings(executor=ThreadExecutor(), clock=CLOCK, chance=random.random),
            ),
            projections=self.settings.projections,
            breakers=self.ledger,
            judge=Judge(policy=BreakerPolicy()),
            clock=CLOCK,
        )
