"""Running osls, the open fork of the Serverless Framework: no plugin, no account with it, no login."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deployment.errors import DeploymentError
from deployment.tools import find_tool

LOCAL_STAGE = "local"
DEPLOY_TIMEOUT_S = 1800
"""CloudFormation makes the tables and mappings of a first deploy to AWS within a few minutes."""

LOCAL_POLL_MS = 200
"""How often osls asks the local stack how far it is; its own 5 s are meant for AWS's quotas."""

SHOWN_LINES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Osls:
    """osls for one stage of the service in `checkout`.

    Attributes:
        environment: for serverless.yml and the AWS clients, on top of this process's own.

    """

    checkout: Path
    stage: str
    environment: Mapping[str, str]

    def deploy(self) -> str:
        """Deploy the artifact and every resource; return what osls printed."""
        return self.run("deploy")

    def package(self, folder: Path) -> str:
        """Write the CloudFormation template and the artifact to `folder`; return what osls printed."""
        return self.run("package", "--package", str(folder))

    def run(self, *command: str) -> str:
        """Run one osls command for the stage.

        Raises:
            DeploymentError: osls failed; the message ends with the last lines it printed.

        """
        environment = {**os.environ, **self.environment, "SLS_TELEMETRY_DISABLED": "1"}
        if self.stage == LOCAL_STAGE:
            environment["SLS_AWS_MONITORING_FREQUENCY"] = str(LOCAL_POLL_MS)
        try:
            done = subprocess.run(  # noqa: S603 - our own osls, no shell
                [find_tool("osls", self.checkout), *command, "--stage", self.stage],
                cwd=self.checkout,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=DEPLOY_TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DeploymentError(f"osls {command[0]} did not end within {DEPLOY_TIMEOUT_S} s.") from None
        if done.returncode:
            lines = [line for line in done.stdout.splitlines() if line.strip()]
            raise DeploymentError(f"osls {command[0]} --stage {self.stage} failed:\n" + "\n".join(lines[-SHOWN_LINES:]))
        return done.stdout
