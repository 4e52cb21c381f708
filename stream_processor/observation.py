"""What people see of an invocation: one log line, metrics in CloudWatch's embedded format. No document content."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from stream_processor.report import BatchReport, ConsumerReport
from stream_processor.retrying import RetryReport

NAMESPACE = "Fanout"


class Observer:
    """Writes log lines and metrics to standard output, where Lambda collects them."""

    def __init__(self, stage: str) -> None:
        """Mark everything with the stage."""
        self._logger = Logger(service="fanout")
        self._logger.append_keys(stage=stage)
        self._metrics = Metrics(namespace=NAMESPACE, service="fanout")
        self._metrics.set_default_dimensions(stage=stage)

    def batch(self, report: BatchReport, request_id: str) -> None:
        """Say what happened to a batch."""
        troubled = report.bad_records or report.ledger_faults
        settled_badly = any(consumer.causes or consumer.unsettled for consumer in report.consumers.values())
        log = self._logger.warning if troubled or settled_badly else self._logger.info
        log(
            "batch",
            request_id=request_id,
            received=report.received,
            repeated=report.repeated,
            bad_records=list(report.bad_records[:10]),
            ledger_faults=[cause.message for cause in report.ledger_faults],
            slack_ms=round(report.slack_s * 1000),
            consumers={name: _numbers(consumer) for name, consumer in report.consumers.items()},
        )
        self._metrics.add_metric("Received", MetricUnit.Count, report.received)
        self._metrics.add_metric("BadRecords", MetricUnit.Count, len(report.bad_records))
        self._metrics.add_metric("LedgerFaults", MetricUnit.Count, len(report.ledger_faults))
        self._metrics.flush_metrics()
        for name, consumer in report.consumers.items():
            self._metrics.add_dimension("consumer", name)
            self._metrics.add_metric("AlreadyHad", MetricUnit.Count, consumer.known)
            self._metrics.add_metric("BreakerOpen", MetricUnit.Count, 1 if consumer.breaker else 0)
            self._metrics.add_metric("Unsettled", MetricUnit.Count, consumer.unsettled)
            for state, count in consumer.settled.items():
                self._metrics.add_metric(state.name.title().replace("_", ""), MetricUnit.Count, count)
            self._metrics.flush_metrics()

    def retries(self, report: RetryReport, request_id: str) -> None:
        """Say what happened to parked changes."""
        self._logger.info(
            "retries",
            request_id=request_id,
            settled={state.value: count for state, count in report.settled.items()},
            kept=report.kept,
            ledger_faults=[cause.message for cause in report.ledger_faults],
        )

    def unreadable_message(self, message_id: str, error: Exception) -> None:
        """Say that a message of a retry queue could not be read."""
        self._logger.error("unreadable message", message_id=message_id, error=str(error))


def _numbers(consumer: ConsumerReport) -> dict[str, object]:
    numbers: dict[str, object] = {state.value: count for state, count in consumer.settled.items()}
    if consumer.known:
        numbers["already_had"] = consumer.known
    if consumer.breaker:
        numbers["breaker_open"] = consumer.breaker.reason
    if consumer.unsettled:
        numbers["unsettled"] = consumer.unsettled
    if consumer.causes:
        numbers["causes"] = {f"{cause.type}: {cause.message}": count for cause, count in consumer.causes.most_common(3)}
    return numbers
