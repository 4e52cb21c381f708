"""Deploying says what is wrong before, or after, osls does."""

from pathlib import Path

import pytest

from deployment.deploying import deploy_stage
from deployment.errors import DeploymentError
from deployment.osls import Osls


def osls_that(script: str, checkout: Path) -> None:
    """Put a program in osls's place."""
    program = checkout / ".local/bin/osls"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_stage_of_aws_needs_a_search_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named before anything is made."""
    monkeypatch.delenv("FANOUT_SEARCH_ENDPOINT", raising=False)
    with pytest.raises(DeploymentError, match="FANOUT_SEARCH_ENDPOINT is not set"):
        deploy_stage("prod", {}, checkout=tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_osls_says_last_is_shown(tmp_path: Path) -> None:
    """A failure comes with the last lines of the output, whichever stream they went to."""
    osls_that("for i in $(seq 100); do echo line $i; done; echo the cause >&2; exit 1", tmp_path)
    with pytest.raises(DeploymentError) as failed:
        Osls(checkout=tmp_path, stage="prod", environment={}).deploy()
    lines = str(failed.value).splitlines()
    assert lines[0] == "osls deploy --stage prod failed:"
    assert lines[-1] == "the cause"
    assert len(lines) < 25


def test_osls_gets_the_stage_and_its_environment(tmp_path: Path) -> None:
    """It runs in the checkout, and asks the local stack more often than AWS."""
    osls_that('echo "$@" "$PLACE" "$SLS_AWS_MONITORING_FREQUENCY" "$(pwd)"', tmp_path)
    local = Osls(checkout=tmp_path, stage="local", environment={"PLACE": "here"}).deploy()
    assert local == f"deploy --stage local here 200 {tmp_path}\n"
    aws = Osls(checkout=tmp_path, stage="prod", environment={"PLACE": "there"}).package(tmp_path / "p")
    assert aws == f"package --package {tmp_path}/p --stage prod there  {tmp_path}\n"


def test_osls_that_is_not_there_is_missed_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to run."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DeploymentError, match="osls is not installed: run `make setup`"):
        Osls(checkout=tmp_path, stage="local", environment={}).deploy()
