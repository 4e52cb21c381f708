"""The executor's settings, from LocalStack's environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from fanout_local.lambda_executor.invocation import Settings

INSTANCE_MARK = "FANOUT_LOCAL_INSTANCE_ID"


class SettingError(Exception):
    """A variable is missing or wrong; the message names it."""


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings.

    FANOUT_LAMBDA_PYTHON: the interpreter of every function (needs awslambdaric and boto3).
    FANOUT_LAMBDA_STATE: where each live environment has a file FUNCTION-ID.json {"pid": int, "function": str}; optional.
    FANOUT_LOCAL_INSTANCE_ID: passed on, so that a function's process is known as this local stack's; optional.

    Raises SettingError.
    """
    python = environ.get("FANOUT_LAMBDA_PYTHON", "")
    if not python:
        raise SettingError("FANOUT_LAMBDA_PYTHON is not set: it names the Python that runs the functions.")
    if not os.access(python, os.X_OK):
        raise SettingError(f"FANOUT_LAMBDA_PYTHON names {python}, which cannot be run.")
    state_folder = environ.get("FANOUT_LAMBDA_STATE")
    mark = environ.get(INSTANCE_MARK)
    return Settings(
        python=Path(python),
        state_folder=Path(state_folder) if state_folder else None,
        carried={INSTANCE_MARK: mark} if mark else {},
    )
