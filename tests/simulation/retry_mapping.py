"""What Lambda does with a retry queue: batches of messages, and the deletion of those that were done."""

import json

from stream_processor.retrying import ParkedMessage
from stream_processor.undelivered import Undelivered
from tests.simulation.environments import Services
from tests.simulation.functions import Function
from tests.simulation.queue import Queue
from tests.simulation.scheduler import Process

VISIBILITY = 1.5
"""Times the worker's time-out."""


class RetryMapping:
    """Receives a queue's messages and invokes the retry worker."""

    def __init__(self, services: Services, function: Function, queue: Queue) -> None:
        """Start as many receivers as the scenario says."""
        self._services = services
        self._function = function
        self._queue = queue
        process = Process()
        for _ in range(services.scenario.retry_concurrency):
            services.scheduler.spawn(process, self._receive)

    def _receive(self) -> None:
        scheduler = self._services.scheduler
        while True:
            next_at_s = self._queue.next_at_s()
            if next_at_s is None or next_at_s > scheduler.now_s:
                scheduler.wait(self._queue.news, None if next_at_s is None else next_at_s - scheduler.now_s)
                continue
            self._deliver()
            scheduler.sleep(self._services.rng.uniform(0.0, 0.2))

    def _deliver(self) -> None:
        batch = self._queue.receive(VISIBILITY * self._services.scenario.timeout_s)
        if not batch:
            return
        messages = [
            ParkedMessage(message_id=str(message.number), undelivered=Undelivered.from_json(json.loads(message.body)))
            for message in batch
        ]
        invocation = self._function.invoke(messages, tuple(message.number for message in batch))
        if invocation.answer is None:
            return
        for message in batch:
            if str(message.number) not in invocation.answer:
                self._queue.delete(message.number, invocation.number)
