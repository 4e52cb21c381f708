"""AWS clients: one of each per execution environment, made when first asked for.

botocore makes them. boto3, which wraps it, would add nothing that the functions need, and 40 ms to their start.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from stream_processor.adapters.on_first_call import OnFirstCall

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.config import Config
    from botocore.credentials import Credentials
    from botocore.session import Session as CoreSession
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
        session_of: "AwsClients | None" = None,
    ) -> None:
        """Set how long one call may wait for an answer.

        What a session has read of models and settings is not read again by the clients of another `AwsClients` that
        has `session_of` it. The rest is for what is no delivery: more attempts, another session than the
        environment's, and an endpoint that serves everything.
        """
        self._read_timeout_s = read_timeout_s
        self._attempts = attempts
        self._session = session
        self._endpoint = endpoint
        self._session_of = session_of

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """DynamoDB."""
        return cast("DynamoDBClient", self._client("dynamodb", self._endpoint))

    @cached_property
    def sqs(self) -> "SQSClient":
        """SQS."""
        return cast("SQSClient", self._client("sqs"))

    @cached_property
    def s3(self) -> "S3Client":
        """S3: what is large, and what failed. Its model is a large one too, so it is read at the first call."""
        return cast("S3Client", OnFirstCall(self._make_s3))

    def _make_s3(self) -> "S3Client":
        """Make a client that presigns by Signature Version 4: left alone, botocore takes 2, which S3 retires."""
        from botocore.config import Config

        return cast("S3Client", self._client("s3", config=self._config.merge(Config(signature_version="s3v4"))))

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """CloudWatch Logs."""
        return cast("CloudWatchLogsClient", self._client("logs"))

    @cached_property
    def comprehend(self) -> "ComprehendClient":
        """Comprehend."""
        return cast("ComprehendClient", self._client("comprehend"))

    @cached_property
    def events(self) -> "EventBridgeClient":
        """EventBridge."""
        return cast("EventBridgeClient", self._client("events"))

    @cached_property
    def kms(self) -> "KMSClient":
        """Key Management Service."""
        return cast("KMSClient", self._client("kms"))

    def secret(self, name: str) -> str:
        """Return a secret's text out of Secrets Manager.

        Raises:
            ClientError, BotoCoreError: it cannot be read.

        """
        client = self._client("secretsmanager", self._endpoint)
        return str(client.get_secret_value(SecretId=name)["SecretString"])

    def socket_posts(self, endpoint: str) -> "ApiGatewayManagementApiClient":
        """API Gateway's @connections at `endpoint` (https://.../stage)."""
        return cast("ApiGatewayManagementApiClient", self._client("apigatewaymanagementapi", endpoint))

    @cached_property
    def functions(self) -> "LambdaClient":
        """Lambda."""
        return cast("LambdaClient", self._client("lambda", self._endpoint))

    def signing(self) -> "tuple[Credentials | None, str | None]":
        """Return credentials and region, for what signs its requests itself; None for what there is not."""
        return self.core_session.get_credentials(), cast("str | None", self.core_session.get_config_variable("region"))

    def _client(self, service: str, endpoint: str | None = None, config: "Config | None" = None) -> Any:
        make: Any = self._session.client if self._session else self.core_session.create_client
        return make(service, endpoint_url=endpoint, config=config or self._config)

    @cached_property
    def core_session(self) -> "CoreSession":
        """The environment's session."""
        from botocore.session import get_session

        return self._session_of.core_session if self._session_of else get_session()

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
