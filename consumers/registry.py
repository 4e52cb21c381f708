"""Every consumer by its name. What a stage uses of them is its setting FANOUT_CONSUMERS."""

from collections.abc import Callable
from importlib import import_module

from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.consumer import Consumer
from stream_processor.environment import Environment

CONSUMERS = {
    "search_index": "consumers.search_index.consumer",
    "analysis_queue": "consumers.analysis_queue.consumer",
    "websocket_notifier": "consumers.websocket_notifier.consumer",
    "audit_log": "consumers.audit_log.consumer",
    "event_bus": "consumers.event_bus.consumer",
}
"""Name -> module with `build(environment, aws) -> Consumer`; imported only where it is used."""

OFF_BY_DEFAULT = {"event_bus"}


def build_consumer(name: str, environment: Environment, aws: AwsClients) -> Consumer:
    """Make a consumer from its settings.

    Raises:
        ConfigurationError: a setting of the consumer is missing or wrong.

    """
    build: Callable[[Environment, AwsClients], Consumer] = import_module(CONSUMERS[name]).build
    return build(environment, aws)
