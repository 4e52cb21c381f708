"""The DynamoDB Local that the supervisor runs, in the place of the one that LocalStack would start."""

from functools import cache

from localstack import config  # type: ignore[attr-defined]  # LocalStack is only in its own environment
from localstack.services.dynamodb.server import DynamodbServer


class RunningServer(DynamodbServer):  # type: ignore[misc]
    """Never started or stopped from here."""

    def start_dynamodb(self) -> bool:
        """Nothing to start."""
        return False

    def stop_dynamodb(self) -> None:
        """Nothing to stop: LocalStack's state is reset, the tables are not."""


@cache
def running_server() -> RunningServer:
    """The one at DYNAMODB_LOCAL_PORT, by address: a name would be looked up for each call."""
    return RunningServer(config.DYNAMODB_LOCAL_PORT, host="127.0.0.1")
