"""Streams of the tables in the running DynamoDB Local."""

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.dynamodbstreams import GetRecordsInput, GetRecordsOutput
from localstack.services.dynamodbstreams.v2.provider import DynamoDBStreamsProvider

from fanout_local.dynamodb_provider.server import running_server


class StreamsProvider(DynamoDBStreamsProvider):  # type: ignore[misc]  # LocalStack is only in its own environment
    """LocalStack's own, but for the server, and for event ids as AWS writes them."""

    def __init__(self) -> None:
        super().__init__()
        self.server = running_server()

    @handler("GetRecords", expand=False)  # type: ignore[untyped-decorator]
    def get_records(self, context: RequestContext, payload: GetRecordsInput) -> GetRecordsOutput:
        """As LocalStack; DynamoDB Local's event ids are UUIDs, with dashes that AWS's have not."""
        answer = super().get_records(context, payload)
        for record in answer.get("Records") or ():
            record["eventID"] = record["eventID"].replace("-", "")
        return answer
