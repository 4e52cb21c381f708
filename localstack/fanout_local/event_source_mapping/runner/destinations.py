"""Sends failure records to the on-failure destination: an SQS queue, an SNS topic or an S3 bucket."""

from collections.abc import Callable

from fanout_local.event_source_mapping.commands import SendToDestination
from fanout_local.event_source_mapping.failure_record import notification, s3_key, s3_object
from fanout_local.event_source_mapping.happenings import DestinationRefused, DestinationTook
from fanout_local.event_source_mapping.runner.clients import Clients
from fanout_local.event_source_mapping.runner.refusals import CALL_ERRORS, cause_of

type Destinations = Callable[[str, SendToDestination], DestinationTook | DestinationRefused]
"""Called with the mapping's id; every failure is an outcome."""


class AwsDestinations:
    """May be used by many threads."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def __call__(self, mapping_id: str, command: SendToDestination) -> DestinationTook | DestinationRefused:
        """Send once and wait until it is durable there."""
        try:
            self._send(mapping_id, command)
        except CALL_ERRORS as error:
            return DestinationRefused(delivery=command.delivery, cause=cause_of(error))
        except ValueError as error:
            return DestinationRefused(delivery=command.delivery, cause=str(error))
        return DestinationTook(delivery=command.delivery)

    def _send(self, mapping_id: str, command: SendToDestination) -> None:
        arn, failure = command.destination_arn, command.failure
        _, _, service, _, account, name = arn.split(":", 5)
        match service:
            case "sqs":
                queue = self._clients.sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
                self._clients.sqs.send_message(QueueUrl=queue, MessageBody=notification(failure))
            case "sns":
                self._clients.sns.publish(TopicArn=arn, Message=notification(failure))
            case "s3":
                self._clients.s3.put_object(
                    Bucket=name, Key=s3_key(failure, mapping_id), Body=s3_object(failure).encode()
                )
            case _:
                raise ValueError(f"{arn} is neither a queue nor a topic nor a bucket.")
