"""Finds out what is deployed, by asking CloudFormation."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from fanout_local.websocket_gateway.deployment import (
    Deployment,
    NotDeployed,
    UnsupportedApiError,
    read_deployment,
)

# How long an answer holds: a deploy takes longer, and the question costs 10 to 20 ms.
FRESH_S = 2.0


class Deployments(Protocol):
    """Tells what is deployed."""

    async def current(self) -> Deployment | NotDeployed:
        """What is deployed now, or was moments ago."""
        ...


class DeployedStack:
    """Reads the API from a CloudFormation stack, and again when the stack has changed.

    While the stack is being updated, or cannot be read, what was deployed before goes on being served.
    """

    def __init__(
        self, client: Any, *, stack_name: str, stage: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`client`: boto3's for cloudformation."""
        self._client = client
        self._stack_name = stack_name
        self._stage = stage
        self._clock = clock
        self._asking = asyncio.Lock()
        self._asked_at: float | None = None
        self._version: tuple[str, Any] | None = None
        self._deployment: Deployment | NotDeployed = NotDeployed(reason="Nothing was looked up yet.")

    async def current(self) -> Deployment | NotDeployed:
        """What is deployed now, or was moments ago."""
        async with self._asking:
            if self._asked_at is None or self._clock() - self._asked_at >= FRESH_S:
                await asyncio.to_thread(self._ask)
                self._asked_at = self._clock()
        return self._deployment

    def _ask(self) -> None:
        try:
            self._deployment = self._read()
        except UnsupportedApiError as error:
            self._deployment = NotDeployed(reason=str(error))
        except ClientError as error:
            is_gone = error.response["Error"]["Code"] == "ValidationError"
            if is_gone:
                self._deployment = NotDeployed(reason=f"Stack {self._stack_name} is not deployed.")
            else:
                self._keep_or_tell(error)
        except BotoCoreError as error:
            self._keep_or_tell(error)

    def _read(self) -> Deployment | NotDeployed:
        stack = self._client.describe_stacks(StackName=self._stack_name)["Stacks"][0]
        status: str = stack["StackStatus"]
        if status.startswith("DELETE_"):
            return NotDeployed(reason=f"Stack {self._stack_name} is being deleted.")
        if not status.endswith("_COMPLETE") or status == "ROLLBACK_COMPLETE":
            if isinstance(self._deployment, Deployment):
                return self._deployment
            return NotDeployed(reason=f"Stack {self._stack_name} is {status}.")
        # LocalStack's stacks have no time or number that every update changes, so the template itself is compared.
        version = (stack["StackId"], self._client.get_template(StackName=self._stack_name)["TemplateBody"])
        if version == self._version:
            return self._deployment
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=self._stack_name)
        physical_ids = {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if "PhysicalResourceId" in resource
        }
        found = read_deployment(version[1], physical_ids, stack_id=version[0], stage=self._stage)
        self._version = version
        return found

    def _keep_or_tell(self, error: Exception) -> None:
        if not isinstance(self._deployment, Deployment):
            self._deployment = NotDeployed(reason=f"Stack {self._stack_name} cannot be read: {error}")
