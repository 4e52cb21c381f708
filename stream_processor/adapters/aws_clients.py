"""boto3 clients: one of each per execution environment, made when first asked for."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.config import Config
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient
    from mypy_boto3_comprehend import ComprehendClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

CONNECT_TIMEOUT_S = 2.0
MAX_CONNECTIONS = 64
"""Each consumer posts in bounded lanes; together they stay below this."""


class AwsClients:
    """The clients. Region, credentials and endpoints come from the environment, as boto3 reads them.

    SDK retries are off and reads end in time, so that no call outlives its invocation (I8): who calls decides
    what is tried again.
    """

    def __init__(
        self,
        *,
        read_timeout_s: float,
        attempts: int = 1,
        session: "Session | None" = None,
        endpoint: str | None = None,
    ) -> None:
        """Set how long one call may wait for an answer.

        The rest is for what is no delivery: more attempts, another session than the environment's, and an endpoint
        that serves everything.
        """
        self._read_timeout_s = read_timeout_s
        self._attempts = attempts
        self._session = session
        self._endpoint = endpoint

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB."""
        return self.session.client("dynamodb", endpoint_url=self._endpoint, config=self._config)

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS."""
        return self.session.client("sqs", config=self._config)

    @cached_property
    def s3(self) -> "S3Client":
        """S3. It presigns by Signature Version 4: left alone, botocore takes version 2, which S3 retires."""
        from botocore.config import Config

        return self.session.client("s3", config=self._config.merge(Config(signature_version="s3v4")))

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs."""
        return self.session.client("logs", config=self._config)

    @cached_property
    def comprehend(self) -> "ComprehendClient":
        """Comprehend."""
        return self.session.client("comprehend", config=self._config)

    @cached_property
    def events(self) -> "EventBridgeClient":
        """EventBridge."""
        return self.session.client("events", config=self._config)

    @cached_property
    def kms(self) -> "KMSClient":
        """Key Management Service."""
        return self.session.client("kms", config=self._config)

    def secret(self, name: str) -> str:
        """Return a secret's text out of Secrets Manager.

        Raises:
            ClientError, BotoCoreError: it cannot be read.

        """
        client: Any = self.session.client("secretsmanager", endpoint_url=self._endpoint, config=self._config)
        return str(client.get_secret_value(SecretId=name)["SecretString"])

    def socket_posts(self, endpoint: str) -> "ApiGatewayManagementApiClient":
        """API Gateway's @connections at `endpoint` (https://.../stage)."""
        return self.session.client("apigatewaymanagementapi", endpoint_url=endpoint, config=self._config)

    @cached_property
    def functions(self) -> "LambdaClient":
        """Lambda."""
        return self.session.client("lambda", endpoint_url=self._endpoint, config=self._config)

    @cached_property
    def session(self) -> "Session":
        """The session, for what signs its requests itself."""
        import boto3

        return self._session or boto3.session.Session()

    @cached_property
    def _config(self) -> "Config":
        from botocore.config import Config

        return Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=self._read_timeout_s,
            retries={"mode": "standard", "total_max_attempts": self._attempts},
            max_pool_connections=MAX_CONNECTIONS,
            tcp_keepalive=True,
        )
