"""Deploying one stage: the local stack's or one of AWS."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

from deployment.artifact import Artifact, build_artifact
from deployment.errors import DeploymentError
from deployment.osls import LOCAL_STAGE, Osls


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What was deployed, and how long it took."""

    artifact: Artifact
    stage: str
    took_s: float


def deploy_stage(stage: str, environment: Mapping[str, str], *, checkout: Path) -> Deployment:
    """Package and deploy `stage`; `environment` points serverless.yml and AWS clients at where it lives.

    Raises:
        DeploymentError: see the message.

    """
    begun = time.monotonic()
    _require_search_endpoint(stage, {**os.environ, **environment})
    with _one_at_a_time(checkout):
        artifact = build_artifact(checkout)
        Osls(checkout=checkout, stage=stage, environment=environment).deploy()
    return Deployment(artifact=artifact, stage=stage, took_s=time.monotonic() - begun)


def package_stage(stage: str, environment: Mapping[str, str], folder: Path, *, checkout: Path) -> Path:
    """Write what a deploy of `stage` would bring to `folder`, without any account; return the template's path.

    Raises:
        DeploymentError: see the message.

    """
    with _one_at_a_time(checkout):
        build_artifact(checkout)
        Osls(checkout=checkout, stage=stage, environment=environment).package(folder)
    return folder / "cloudformation-template-update-stack.json"


def _require_search_endpoint(stage: str, variables: Mapping[str, str]) -> None:
    if stage != LOCAL_STAGE and not variables.get("FANOUT_SEARCH_ENDPOINT"):
        raise DeploymentError(
            "FANOUT_SEARCH_ENDPOINT is not set: set it to the address of the OpenSearch domain that "
            f"stage {stage!r} indexes into, such as https://search-documents-abc.eu-west-1.es.amazonaws.com"
        )


@contextmanager
def _one_at_a_time(checkout: Path) -> Iterator[None]:
    """Wait for another deploy from this checkout: both would write to .serverless."""
    folder = checkout / ".local/build"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "deploy.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield
