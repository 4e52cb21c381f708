"""The engines that come from the Maven repository: DynamoDB Local, OpenSearch, and ICU for it."""

from installation.command import Command
from installation.layout import Layout
from installation.replace import partial_folder, replace_folder


def get_engine(layout: Layout, name: str, run: Command) -> None:
    """The engine of the lock `name`, at engines/<name>. A stopped download goes on where it was."""
    target = layout.engines / name
    partial = partial_folder(target)
    partial.mkdir(parents=True, exist_ok=True)
    run(
        layout.project_python,
        *("-m", "installation.fetch_engine", layout.engine_lock(name), partial),
        folder=layout.checkout,
    )
    replace_folder(target, partial)
