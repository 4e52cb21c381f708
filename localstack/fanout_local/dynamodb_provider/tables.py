"""Tables in the running DynamoDB Local: TTL that deletes, and adoption of tables that LocalStack has forgotten."""

from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.dynamodb import (
    CreateTableInput,
    CreateTableOutput,
    ResourceInUseException,
    TimeToLiveSpecification,
    UpdateTimeToLiveOutput,
)
from localstack.aws.connect import connect_to
from localstack.services.dynamodb.server import DynamodbServer
from localstack.services.dynamodb.utils import get_ddb_access_key
from localstack.services.dynamodb.v2.provider import DynamoDBProvider, get_store
from localstack.utils.strings import long_uid

from fanout_local.dynamodb_provider.adoption import differences
from fanout_local.dynamodb_provider.server import running_server


class TablesProvider(DynamoDBProvider):  # type: ignore[misc]  # LocalStack is only in its own environment
    """LocalStack's `v2` provider; the tables live in DynamoDB Local, which outlives LocalStack's memory of them."""

    @staticmethod
    def _new_dynamodb_server() -> DynamodbServer:
        return running_server()

    def update_time_to_live(
        self,
        context: RequestContext,
        table_name: str,
        time_to_live_specification: TimeToLiveSpecification,
        **kwargs: Any,
    ) -> UpdateTimeToLiveOutput:
        """As LocalStack, and DynamoDB Local is told, so that expired items go.

        CloudFormation asks for the same setting twice, which DynamoDB Local refuses: it is told of changes only.
        """
        answer = super().update_time_to_live(context, table_name, time_to_live_specification, **kwargs)
        client = self._dynamodb_local(context)
        now = client.describe_time_to_live(TableName=table_name)["TimeToLiveDescription"]
        wanted = time_to_live_specification
        if (now["TimeToLiveStatus"] == "ENABLED", now.get("AttributeName")) != (
            wanted["Enabled"],
            wanted["AttributeName"] if wanted["Enabled"] else None,
        ):
            client.update_time_to_live(TableName=table_name, TimeToLiveSpecification=wanted)
        return answer

    @handler("CreateTable", expand=False)  # type: ignore[untyped-decorator]
    def create_table(self, context: RequestContext, create_table_input: CreateTableInput) -> CreateTableOutput:
        """As LocalStack; a table that DynamoDB Local has and this LocalStack has never heard of is adopted.

        That is how tables survive a restart of the stack: the next deployment finds them, with their items and their
        stream. Keys and indexes must be those asked for, else ResourceInUseException says what differs.
        """
        name = create_table_input["TableName"]
        known = get_store(context.account_id, context.region).table_definitions
        if name in known or not self.table_exists(context.account_id, context.region, name):
            return super().create_table(context, create_table_input)
        return self._adopt(context, create_table_input)

    def _adopt(self, context: RequestContext, wanted: CreateTableInput) -> CreateTableOutput:
        name = wanted["TableName"]
        client = self._dynamodb_local(context)
        table = client.describe_table(TableName=name)["Table"]
        if found := differences(wanted, table):
            raise ResourceInUseException(
                f"Table already exists: {name}, kept from an earlier run, but {'; '.join(found)}. "
                "Start the local stack with --fresh to throw the kept tables away."
            )
        stream = wanted.get("StreamSpecification")
        if stream and stream != table.get("StreamSpecification"):
            if table.get("StreamSpecification", {}).get("StreamEnabled"):
                client.update_table(TableName=name, StreamSpecification={"StreamEnabled": False})
            client.update_table(TableName=name, StreamSpecification=stream)
            table = client.describe_table(TableName=name)["Table"]
        table["TableArn"] = self.fix_table_arn(context.account_id, context.region, table["TableArn"])
        self._remember(context, wanted, table["TableArn"])
        return CreateTableOutput(TableDescription=table)

    def _remember(self, context: RequestContext, wanted: CreateTableInput, arn: str) -> None:
        """What LocalStack's own create_table remembers of a table (encryption apart, which nothing here asks back)."""
        store = get_store(context.account_id, context.region)
        kept = {key: value for key, value in wanted.items() if key not in ("Tags", "SSESpecification")}
        store.table_definitions[wanted["TableName"]] = {**kept, "TableId": long_uid()}
        store.TABLE_REGION[wanted["TableName"]] = context.region
        store.TABLE_TAGS[arn] = {tag["Key"]: tag["Value"] for tag in wanted.get("Tags") or ()}

    def _dynamodb_local(self, context: RequestContext) -> Any:
        return connect_to(
            endpoint_url=self.server.url,
            aws_access_key_id=get_ddb_access_key(context.account_id, context.region),
            region_name=context.region,
        ).dynamodb
