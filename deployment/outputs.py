"""What a deployed stage calls its things: the outputs of its CloudFormation stack, and clients to reach them.

For people's commands. Functions get names by their environment variables.
"""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import click
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deployment.errors import DeploymentError
from deployment.osls import LOCAL_STAGE
from fanout_local.environment import stack_environment
from fanout_local.errors import LocalStackError
from fanout_local.state import read_state
from stream_processor.adapters.aws_clients import AwsClients

if TYPE_CHECKING:
    from boto3.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client

CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 6})
"""Nobody's invocation ends while a command waits: what fails for a moment is tried again."""


class DeployedStage:
    """One stage: its outputs, and clients."""

    def __init__(self, stage: str, session: "Session", endpoint: str | None) -> None:
        """Look at `stage` through `session`; `endpoint` serves everything, where it is not AWS itself."""
        self.stage = stage
        self._session = session
        self._endpoint = endpoint

    @cached_property
    def outputs(self) -> Mapping[str, str]:
        """The outputs of the stage's stack.

        Raises:
            DeploymentError: there is no such stack, or it cannot be asked.

        """
        name = f"fanout-{self.stage}"
        try:
            (stack,) = self._session.client(
                "cloudformation", endpoint_url=self._endpoint, config=CONFIG
            ).describe_stacks(StackName=name)["Stacks"]
        except (ClientError, BotoCoreError) as error:
            raise DeploymentError(
                f"The stack {name} cannot be looked at: {error}\n"
                f"Is it deployed (fanout deploy --stage {self.stage}), and are account and region the right ones?"
            ) from error
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def output(self, name: str) -> str:
        """Return one output.

        Raises:
            DeploymentError: there is none of this name, or `outputs` cannot be had.

        """
        if name not in self.outputs:
            raise DeploymentError(
                f"The stack fanout-{self.stage} has no output {name}: another version made it. Deploy it again."
            )
        return self.outputs[name]

    @cached_property
    def aws(self) -> AwsClients:
        """The functions' own clients, as patient as a command may be."""
        return AwsClients(read_timeout_s=60, attempts=6, session=self._session, endpoint=self._endpoint)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB."""
        return self._session.client("dynamodb", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs."""
        return self._session.client("logs", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def s3(self) -> "S3Client":
        """S3."""
        return self._session.client("s3", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def kms(self) -> "KMSClient":
        """Key Management Service."""
        return self._session.client("kms", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def states(self) -> Any:
        """Step Functions."""
        return self._session.client("stepfunctions", endpoint_url=self._endpoint, config=CONFIG)

    @cached_property
    def functions(self) -> "LambdaClient":
        """Lambda."""
        return self._session.client("lambda", endpoint_url=self._endpoint, config=CONFIG)


def deployed_stage(stage: str, instance: str) -> DeployedStage:
    """Return a stage: of a running local stack, or of the account that boto3 finds.

    Raises:
        DeploymentError: no such local stack runs.

    """
    if stage != LOCAL_STAGE:
        return DeployedStage(stage, boto3.session.Session(), None)
    try:
        environment = stack_environment(read_state(instance))
    except LocalStackError as error:
        raise DeploymentError(str(error)) from error
    session = boto3.session.Session(
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    return DeployedStage(stage, session, environment["AWS_ENDPOINT_URL"])


def stage_options[**P, R](command: Callable[P, R]) -> Callable[P, R]:
    """Give a click command the options --stage and --instance."""
    instance = click.option("--instance", default="dev", show_default=True, help="Of the local stack, for stage local.")
    stage = click.option(
        "--stage", default=LOCAL_STAGE, show_default=True, help="local, or any other name: AWS, as boto3 finds it."
    )
    return stage(instance(command))
