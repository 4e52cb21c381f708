"""A running LocalStack with our executor, and our gateway, for tests."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from fanout_local.paths import InstanceFolder
from fanout_local.state import REGION, Endpoints


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionsStack:
    """Where it is, and clients for it."""

    folder: InstanceFolder
    endpoints: Endpoints

    def client(self, service: str, endpoint: str | None = None) -> Any:
        """boto3's client for a service of it (at LocalStack, unless told otherwise), which tries once."""
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=32)
        return boto3.Session().client(
            service,
            endpoint_url=endpoint or self.endpoints.aws,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=config,
        )
