"""What is deployed on the stack, and the clients to look at it from the outside."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from opensearchpy import OpenSearch

from demonstration.errors import DemonstrationError
from demonstration.history import TypedItem, document_id_of
from fanout_local.environment import STAGE, stack_environment
from fanout_local.state import StackState

STACK = f"fanout-{STAGE}"
"""The CloudFormation stack that osls makes: service and stage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names that the deployment gave, out of the stack's outputs."""

    documents_table: str
    ledger_table: str
    analysis_results_table: str
    failures_bucket: str
    audit_log_group: str
    search_index: str
    stream_function: str
    retry_worker: str
    analysis_worker: str


class Deployed:
    """The deployed stage of one running stack.

    Attributes:
        dynamodb, streams, logs, s3, sqs, search: clients. They are made at once, for making one is not safe while other
            threads make theirs; using them is.

    """

    def __init__(self, stack: StackState) -> None:
        """Look at this stack."""
        self.stack = stack
        environment = stack_environment(stack)
        session = boto3.session.Session(
            aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
            region_name=stack.region,
        )
        endpoint = environment["AWS_ENDPOINT_URL"]
        config = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 5})
        self.dynamodb = session.client("dynamodb", endpoint_url=endpoint, config=config)
        self.streams = session.client("dynamodbstreams", endpoint_url=endpoint, config=config)
        self.logs = session.client("logs", endpoint_url=endpoint, config=config)
        self.s3 = session.client("s3", endpoint_url=endpoint, config=config)
        self.sqs = session.client("sqs", endpoint_url=endpoint, config=config)
        self.search = OpenSearch(stack.endpoints.opensearch, timeout=20)
        self._cloudformation = session.client("cloudformation", endpoint_url=endpoint, config=config)

    @property
    def socket_url(self) -> str:
        """Where WebSocket clients connect."""
        return f"{self.stack.endpoints.websocket}/{STAGE}"

    @cached_property
    def names(self) -> Names:
        """The deployment's names.

        Raises:
            DemonstrationError: nothing is deployed, or something older.

        """
        try:
            described = self._cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
        except ClientError as error:
            raise DemonstrationError(
                f"{STACK} is not deployed on this stack: {error}. Deploy it with: fanout deploy --stage {STAGE}"
            ) from error
        outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
        return _names(outputs)

    def table(self) -> dict[str, TypedItem]:
        """Return every document of the table, read consistently, by document id."""
        return {document_id_of({"id": item["id"]}): item for item in self.items(self.names.documents_table)}

    def items(self, table: str) -> Iterator[TypedItem]:
        """Yield every item of a table, read consistently."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        for page in pages:
            yield from page["Items"]


def _names(outputs: Mapping[str, str]) -> Names:
    try:
        return Names(
            documents_table=outputs["DocumentsTableName"],
            ledger_table=outputs["LedgerTableName"],
            analysis_results_table=outputs["AnalysisResultsTableName"],
            failures_bucket=outputs["FailuresBucketName"],
            audit_log_group=outputs["AuditLogGroupName"],
            search_index=outputs["SearchIndex"],
            stream_function=outputs["StreamProcessorFunctionName"],
            retry_worker=outputs["RetryWorkerFunctionName"],
            analysis_worker=outputs["AnalysisWorkerFunctionName"],
        )
    except KeyError as error:
        raise DemonstrationError(
            f"the stack {STACK} has no output {error}: it was deployed by another version; deploy it again"
        ) from None
