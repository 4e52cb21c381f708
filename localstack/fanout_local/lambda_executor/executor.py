"""What LocalStack calls: one object per execution environment, one event at a time.

The methods are those of localstack.services.lambda_.invocation.runtime_executor.RuntimeExecutor (4.14).
`invoke` returns the result itself, so nothing of the protocol with LocalStack's container init is needed.
"""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from localstack.services.lambda_.invocation.lambda_models import InvocationResult

from fanout_local.lambda_executor.environment import Environment
from fanout_local.lambda_executor.fleet import Fleet
from fanout_local.lambda_executor.invocation import Function, Invocation
from fanout_local.lambda_executor.settings import Settings, read_settings
from fanout_local.lambda_executor.variables import lambda_variables

LOOPBACK = "127.0.0.1"


class FanoutExecutor:
    """One execution environment of one function version."""

    def __init__(self, id: str, function_version: Any) -> None:  # noqa: A002 (LocalStack passes it by this name)
        self.id = id
        self.function_version = function_version
        self._environment: Environment | None = None

    def start(self, env_vars: Mapping[str, object]) -> None:
        """Make the environment; its process starts with its first event."""
        self._environment = Environment(
            id_=self.id,
            function=_function(self.function_version),
            given=lambda_variables(env_vars, configured=self.function_version.config.environment or {}),
            settings=_settings(),
            fleet=_fleet(),
        )

    def stop(self) -> None:
        """End it, even while an event runs."""
        if self._environment:
            self._environment.stop()

    def invoke(self, payload: Mapping[str, str]) -> Any:
        """Run one event; `payload` holds invoke-id, invoked-function-arn, trace-id and the event's text."""
        assert self._environment, "LocalStack invokes only what it has started"  # noqa: S101
        request_id = payload["invoke-id"]
        answer = self._environment.invoke(
            Invocation(
                request_id=request_id,
                function_arn=payload["invoked-function-arn"],
                trace_id=payload["trace-id"],
                payload=payload["payload"].encode(),
            )
        )
        return InvocationResult(
            request_id=request_id, payload=answer.payload, is_error=answer.is_error, logs=answer.logs
        )

    def get_logs(self) -> str:
        """All that this environment has logged."""
        return self._environment.whole_log() if self._environment else ""

    def get_address(self) -> str:
        """Where LocalStack would find the environment."""
        return LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        """Where the function finds LocalStack: the host in its AWS_ENDPOINT_URL."""
        return LOOPBACK

    def get_runtime_endpoint(self) -> str:
        """Asked for by LocalStack for its container init, which is not used here."""
        return ""

    @classmethod
    def prepare_version(cls, function_version: Any) -> None:
        """Unzip the code and the layers. What is raised here becomes the function's State reason."""
        configuration = function_version.config
        runtime = str(configuration.runtime or configuration.package_type)
        if not runtime.startswith("python3"):
            raise NotImplementedError(f"Only Python functions in zip files run here, not {runtime}.")
        _settings()
        for code in [configuration.code, *(layer.code for layer in configuration.layers)]:
            if code:
                code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: Any) -> None:
        """Nothing: LocalStack throws the unzipped code away with the version."""

    @classmethod
    def validate_environment(cls) -> bool:
        """Whether functions can run here at all."""
        _settings()
        return True


@cache
def _settings() -> Settings:
    return read_settings(os.environ)


@cache
def _fleet() -> Fleet:
    return Fleet(_settings().most_processes)


def _function(function_version: Any) -> Function:
    configuration = function_version.config
    return Function(
        name=function_version.id.function_name,
        version=function_version.id.qualifier,
        runtime=str(configuration.runtime),
        handler=configuration.handler,
        timeout_s=float(configuration.timeout),
        memory_mb=int(configuration.memory_size),
        task_root=Path(configuration.code.get_unzipped_code_location()),
        layers=tuple(Path(layer.code.get_unzipped_code_location()) for layer in configuration.layers if layer.code),
    )
