"""Invokes functions through the Lambda API."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fanout_local.websocket_gateway.integration import Failed, Integrated, read_answer


class LambdaInvoker:
    """Calls Invoke, a bounded number at once; more wait their turn."""

    def __init__(self, client: Any, *, at_once: int) -> None:
        """`client`: boto3's for lambda, with its retries off and its read time-out as long as an integration's."""
        self._client = client
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="invoke")

    async def invoke(self, function_name: str, event: Mapping[str, object]) -> Integrated:
        """Invoke one and wait for its answer; every failure is an outcome."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._invoke, function_name, event)

    def close(self) -> None:
        """Give up what still waits."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _invoke(self, function_name: str, event: Mapping[str, object]) -> Integrated:
        try:
            response = self._client.invoke(FunctionName=function_name, Payload=json.dumps(event).encode())
            payload: bytes = response["Payload"].read()
        except (ClientError, BotoCoreError) as error:
            return Failed(cause=str(error))
        if "FunctionError" in response:
            return Failed(cause=payload.decode(errors="replace"))
        return read_answer(payload)
