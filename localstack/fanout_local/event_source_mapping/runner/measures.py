"""Collects the mappings' metrics and gives them to CloudWatch now and then."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fanout_local.event_source_mapping.commands import Measured, Metric
from fanout_local.event_source_mapping.settings import MappingSettings

NAMESPACE = "AWS/Lambda"
MOST_A_CALL = 500
"""CloudWatch takes 1,000 metrics a call."""


@dataclass(slots=True)
class _Statistics:
    count: int = 0
    total: int = 0
    least: int = 0
    most: int = 0

    def add(self, value: int) -> None:
        self.least = value if self.count == 0 else min(self.least, value)
        self.most = max(self.most, value)
        self.count += 1
        self.total += value


type _Name = tuple[str, tuple[tuple[str, str], ...]]


class Measures:
    """May be used by many threads."""

    def __init__(self, cloudwatch: Any) -> None:
        """`cloudwatch`: boto3's client."""
        self._cloudwatch = cloudwatch
        self._lock = threading.Lock()
        self._collected: dict[_Name, _Statistics] = {}

    def add(self, settings: MappingSettings, measured: Measured) -> None:
        """Count a value in."""
        name = (measured.metric.value, _dimensions(settings, measured.metric))
        with self._lock:
            self._collected.setdefault(name, _Statistics()).add(measured.value)

    def send(self) -> None:
        """Give CloudWatch what came since the last time; what it does not take is gone. Raises botocore's errors."""
        with self._lock:
            collected, self._collected = self._collected, {}
        data = list(_data(collected))
        for begin in range(0, len(data), MOST_A_CALL):
            self._cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[begin : begin + MOST_A_CALL])


def _dimensions(settings: MappingSettings, metric: Metric) -> tuple[tuple[str, str], ...]:
    """IteratorAge is the function's metric, the event counters are the mapping's."""
    if metric is Metric.ITERATOR_AGE:
        return (("FunctionName", settings.function_arn.split(":")[6]),)
    return (("EventSourceMappingUUID", settings.mapping_id),)


def _data(collected: dict[_Name, _Statistics]) -> Iterator[dict[str, object]]:
    for (metric, dimensions), statistics in collected.items():
        yield {
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions],
            "Unit": "Milliseconds" if metric == Metric.ITERATOR_AGE.value else "Count",
            "StatisticValues": {
                "SampleCount": statistics.count,
                "Sum": statistics.total,
                "Minimum": statistics.least,
                "Maximum": statistics.most,
            },
        }
