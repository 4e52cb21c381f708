"""The plain handler: for each record the four sinks at once, one record a call; any failure fails the batch."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.contenders.clients import Clients
from benchmarks.contenders.handler import Handler
from benchmarks.contenders.one_record import OneRecord


def plain_handler(services: Clients) -> Handler:
    """Return the handler."""
    one = OneRecord(services)
    sinks = (one.search_index, one.analysis_queue, one.websocket_notifier, one.audit_log)
    threads = ThreadPoolExecutor(max_workers=len(sinks))

    def handle(event: Mapping[str, Any]) -> Mapping[str, Any]:
        for record in event["Records"]:
            calls = [threads.submit(sink, record) for sink in sinks]
            for call in calls:
                call.result()
        return {}

    return handle
