"""Where uv and osls are."""

import os
import shutil
from pathlib import Path

from deployment.errors import DeploymentError


def find_tool(name: str, checkout: Path) -> str:
    """Return the path of `name`: what `make setup` installed, else what is on PATH.

    Raises:
        DeploymentError: it is nowhere.

    """
    found = shutil.which(name, path=os.pathsep.join([str(checkout / ".local/bin"), os.environ.get("PATH", "")]))
    if found is None:
        raise DeploymentError(f"{name} is not installed: run `make setup`.")
    return found
