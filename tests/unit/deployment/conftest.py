"""The templates that a deploy would bring, as osls makes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from deployment.commands import CHECKOUT
from deployment.deploying import package_stage

LOCAL = {
    "FANOUT_LOCAL_SEARCH_ENDPOINT": "http://127.0.0.1:9200",
    "FANOUT_LOCAL_WEBSOCKET_MANAGEMENT_ENDPOINT": "http://127.0.0.1:3001/local",
}


@pytest.fixture(scope="session", params=["local", "prod"])
def stage(request: pytest.FixtureRequest) -> str:
    """Both kinds of stage."""
    name: str = request.param
    return name


@pytest.fixture(scope="session")
def template_path(stage: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stage's packaged template; made without an account."""
    folder = tmp_path_factory.mktemp(f"package-{stage}")
    return package_stage(stage, LOCAL if stage == "local" else {}, folder, checkout=CHECKOUT)


@pytest.fixture(scope="session")
def template(template_path: Path) -> "Template":
    """The same, read."""
    return Template(json.loads(template_path.read_text()))


class Template:
    """A CloudFormation template."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.resources: dict[str, dict[str, Any]] = content["Resources"]
        self.outputs: dict[str, Any] = content["Outputs"]

    def of_type(self, type_: str) -> dict[str, dict[str, Any]]:
        """Return the properties of all resources of a type, by logical id."""
        return {name: it.get("Properties", {}) for name, it in self.resources.items() if it["Type"] == type_}
