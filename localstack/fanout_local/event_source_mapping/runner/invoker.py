"""Invokes the function through the Lambda API."""

from collections.abc import Callable
from typing import Any

from fanout_local.event_source_mapping.commands import Invoke
from fanout_local.event_source_mapping.happenings import Invoked, InvokeFailed
from fanout_local.event_source_mapping.runner.refusals import CALL_ERRORS, cause_of, invoke_failure

type Invoker = Callable[[str, Invoke], Invoked | InvokeFailed]
"""Called with the function's ARN; returns when the function did; every failure is an outcome."""


class LambdaInvoker:
    """Calls Invoke; may be used by many threads."""

    def __init__(self, functions: Any) -> None:
        """`functions`: boto3's client for lambda."""
        self._functions = functions

    def __call__(self, function_arn: str, command: Invoke) -> Invoked | InvokeFailed:
        """Invoke once and wait for the answer."""
        try:
            answer = self._functions.invoke(FunctionName=function_arn, Payload=command.payload)
            payload: bytes = answer["Payload"].read()
        except CALL_ERRORS as error:
            return InvokeFailed(invocation=command.invocation, kind=invoke_failure(error), cause=cause_of(error))
        return Invoked(
            invocation=command.invocation,
            payload=payload,
            function_error=answer.get("FunctionError"),
            request_id=answer["ResponseMetadata"].get("RequestId", ""),
            status_code=answer.get("StatusCode", 200),
            executed_version=answer.get("ExecutedVersion") or "$LATEST",
        )
