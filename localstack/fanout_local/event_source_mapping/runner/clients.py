"""boto3's clients as the runner needs them: no retries of their own, time-outs that fit what they do."""

import json
from collections.abc import MutableMapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

LONGEST_INVOCATION_S = 900 + 5
AT_ONCE = 64


@dataclass(frozen=True)
class Clients:
    """Made when first used; each may be used by many threads. Credentials come from the environment."""

    aws_endpoint: str
    dynamodb_endpoint: str
    region: str

    @cached_property
    def streams(self) -> Any:
        """DynamoDB Streams. GetRecords' records are as they were sent: seconds, and base64 for binary values."""
        client = self._client("dynamodbstreams", self.dynamodb_endpoint, read_timeout_s=10)
        client.meta.events.register("before-parse.dynamodb-streams.GetRecords", _records_as_sent)
        return client

    @cached_property
    def dynamodb(self) -> Any:
        """The state table."""
        return self._client("dynamodb", self.dynamodb_endpoint, read_timeout_s=5)

    @cached_property
    def functions(self) -> Any:
        """Lambda's API, for its answers to Invoke, which may take as long as a function may."""
        return self._client("lambda", self.aws_endpoint, read_timeout_s=LONGEST_INVOCATION_S)

    @cached_property
    def mappings(self) -> Any:
        """Lambda's API, for the mappings."""
        return self._client("lambda", self.aws_endpoint, read_timeout_s=10)

    @cached_property
    def sqs(self) -> Any:
        """Destinations."""
        return self._client("sqs", self.aws_endpoint, read_timeout_s=10)

    @cached_property
    def sns(self) -> Any:
        """Destinations."""
        return self._client("sns", self.aws_endpoint, read_timeout_s=10)

    @cached_property
    def s3(self) -> Any:
        """Destinations."""
        return self._client("s3", self.aws_endpoint, read_timeout_s=30)

    @cached_property
    def cloudwatch(self) -> Any:
        """Metrics."""
        return self._client("cloudwatch", self.aws_endpoint, read_timeout_s=10)

    def _client(self, service: str, endpoint: str, *, read_timeout_s: float) -> Any:
        # A session of its own: making clients from one session in several threads at once is not safe.
        session: Any = boto3.Session()
        return session.client(
            service,
            endpoint_url=endpoint,
            region_name=self.region,
            config=Config(
                retries={"total_max_attempts": 1},
                connect_timeout=2,
                read_timeout=read_timeout_s,
                max_pool_connections=AT_ONCE,
                tcp_keepalive=True,
                s3={"addressing_style": "path"},
            ),
        )


def _records_as_sent(
    response_dict: MutableMapping[str, Any], customized_response_dict: MutableMapping[str, Any], **_: Any
) -> None:
    """Spare botocore the way through every attribute, most of a read's time: the core takes what was sent."""
    if response_dict["status_code"] == 200:
        customized_response_dict.update(json.loads(response_dict["body"]))
        response_dict["body"] = b"{}"
