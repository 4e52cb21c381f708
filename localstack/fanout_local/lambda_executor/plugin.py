"""The entry point by which LocalStack finds the executor (LAMBDA_RUNTIME_EXECUTOR=fanout)."""

from typing import Any

from plux import Plugin


class FanoutExecutorPlugin(Plugin):  # type: ignore[misc]  # plux is only in LocalStack's environment
    """Names the executor; its module is imported when the first function is made."""

    namespace = "localstack.lambda.runtime_executor"
    name = "fanout"

    def load(self, *_args: Any, **_kwargs: Any) -> Any:
        """The executor's class."""
        from fanout_local.lambda_executor.executor import FanoutExecutor

        return FanoutExecutor
