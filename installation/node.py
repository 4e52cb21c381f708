"""Node, when the machine has none that is new enough, and osls, which deploys with it."""

import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from shlex import quote

from installation.command import Command
from installation.layout import Layout
from installation.python_packages import get_node
from installation.replace import empty_folder, replace_folder, write_command

OLDEST_NODE = 20
TIME_OUT_S = 10


def lock_files(layout: Layout) -> tuple[Path, Path]:
    """What pins osls."""
    folder = layout.checkout / "deployment/node"
    return folder / "package.json", folder / "package-lock.json"


def osls_folder(layout: Layout) -> Path:
    """Where osls lies: a folder for each version of its lock, so that checkouts share one cache."""
    content = b"".join(path.read_bytes() for path in lock_files(layout))
    return layout.cache / "node" / f"osls-{sha256(content).hexdigest()[:12]}"


def has_node() -> bool:
    """Whether PATH has npm and a Node that is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=TIME_OUT_S, check=True)
        return int(answer.stdout.lstrip("v").split(".")[0]) >= OLDEST_NODE
    except (OSError, ValueError, subprocess.SubprocessError):
        return False  # a Node that does not answer is no Node: ours is fetched


def need_node(layout: Layout, python: Path, run: Command) -> None:
    """Node and npm, where PATH has none that is new enough."""
    if not has_node():
        get_node(layout, python, run)


def get_osls(layout: Layout, run: Command) -> None:
    """osls, and the command .local/bin/osls, which runs it with our own Node where PATH has none."""
    folder = osls_folder(layout)
    path = "" if has_node() else f"PATH={quote(str(layout.engines / 'node/bin'))}:$PATH; export PATH\n"
    if not folder.exists():
        partial = empty_folder(folder)
        for file in lock_files(layout):
            shutil.copyfile(file, partial / file.name)
        # Scripts of packages are not run: none of these needs one.
        run(
            *("sh", "-c", f"{path}exec npm ci --ignore-scripts --no-audit --no-fund --loglevel=http"),
            folder=partial,
            npm_config_cache=partial / ".npm",
            npm_config_update_notifier="false",
        )
        shutil.rmtree(partial / ".npm", ignore_errors=True)
        replace_folder(folder, partial)
    osls = quote(str(folder / "node_modules/.bin/osls"))
    write_command(layout.commands / "osls", f'#!/bin/sh\n{path}exec {osls} "$@"\n')
    run(layout.commands / "osls", "--version", folder=layout.local)
