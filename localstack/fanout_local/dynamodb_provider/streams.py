"""Streams of the tables in the running DynamoDB Local."""

from localstack.services.dynamodbstreams.v2.provider import DynamoDBStreamsProvider

from fanout_local.dynamodb_provider.server import running_server


class StreamsProvider(DynamoDBStreamsProvider):  # type: ignore[misc]  # LocalStack is only in its own environment
    """LocalStack's own, but for the server."""

    def __init__(self) -> None:
        super().__init__()
        self.server = running_server()
