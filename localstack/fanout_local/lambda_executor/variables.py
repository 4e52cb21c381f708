"""The environment variables of a function's process, as Lambda sets them.

List: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from fanout_local.lambda_executor.invocation import Function
from fanout_local.lambda_executor.settings import Settings

# What LocalStack adds for its own container init; Lambda has no such variables.
LOCALSTACK_ONLY = {"EDGE_PORT", "AWS_LAMBDA_FUNCTION_TIMEOUT", "LAMBDA_RUNTIME_DIR"}
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def lambda_variables(given: Mapping[str, object], configured: Collection[str]) -> dict[str, str]:
    """Lambda's part of what LocalStack gives an environment: names, credentials, AWS_ENDPOINT_URL.

    `configured` names the function's own variables, which stay whatever they are called.
    """
    return {
        name: str(value)
        for name, value in given.items()
        if value is not None and (name in configured or not _is_localstacks(name))
    }


def process_variables(
    function: Function, given: Mapping[str, str], *, settings: Settings, home: Path, runtime_api: str
) -> dict[str, str]:
    """All variables of the process, and nothing of LocalStack's own environment.

    `home` is a folder of this environment alone: no ~/.aws of the developer is read, and temporary files end
    with the environment.
    """
    layers = [f"{layer}/{folder}" for layer in function.layers for folder in _layer_folders(function.runtime)]
    tables = {"AWS_ENDPOINT_URL_DYNAMODB": settings.dynamodb_endpoint} if settings.dynamodb_endpoint else {}
    python_path = [given.get("PYTHONPATH", ""), str(function.task_root), *layers]
    return {
        "LANG": "en_US.UTF-8",
        "PYTHONUTF8": "1",  # what the locale above means in Lambda, where it is installed
        "PATH": f"{settings.python.parent}:{SYSTEM_PATH}",
        **tables,
        **given,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "HOME": str(home),
        "LAMBDA_TASK_ROOT": str(function.task_root),
        "PYTHONPATH": os.pathsep.join(path for path in python_path if path),
        "TMPDIR": str(home),
        **settings.marks,
    }


def _is_localstacks(name: str) -> bool:
    return name in LOCALSTACK_ONLY or name.startswith("LOCALSTACK_")


def _layer_folders(runtime: str) -> tuple[str, str]:
    return f"python/lib/{runtime}/site-packages", "python"
