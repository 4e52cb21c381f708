"""The executor's settings, from LocalStack's environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

INSTANCE_MARK = "FANOUT_LOCAL_INSTANCE_ID"
MOST_PROCESSES = 20


class SettingError(Exception):
    """A variable is missing or wrong; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How functions are run.

    python: the interpreter of every function; needs awslambdaric and boto3 (FANOUT_LAMBDA_PYTHON).
    state_folder: each live process has a file FUNCTION-ID.json there, {"pid": int, "function": str}
        (FANOUT_LAMBDA_STATE, optional).
    marks: variables passed on that mark a process as this local stack's (FANOUT_LOCAL_INSTANCE_ID, optional).
    most_processes: above this number, warm processes that are idle are ended (FANOUT_LAMBDA_MOST_PROCESSES).
    dynamodb_endpoint: where functions reach the tables, when not through LocalStack, which takes twice as long
        (FANOUT_LAMBDA_DYNAMODB_ENDPOINT, optional).
    """

    python: Path
    state_folder: Path | None
    marks: Mapping[str, str]
    most_processes: int = MOST_PROCESSES
    dynamodb_endpoint: str | None = None


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read them; raises SettingError."""
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
        marks={INSTANCE_MARK: mark} if mark else {},
        most_processes=_most_processes(environ),
        dynamodb_endpoint=environ.get("FANOUT_LAMBDA_DYNAMODB_ENDPOINT") or None,
    )


def _most_processes(environ: Mapping[str, str]) -> int:
    text = environ.get("FANOUT_LAMBDA_MOST_PROCESSES", str(MOST_PROCESSES))
    if not text.isdecimal() or int(text) < 1:
        raise SettingError(f"FANOUT_LAMBDA_MOST_PROCESSES is {text!r}: it takes a whole number from 1.")
    return int(text)
