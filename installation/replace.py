"""Folders and links that are there whole or not at all: made under another name, then renamed into place."""

import os
import shutil
from pathlib import Path


def partial_folder(target: Path) -> Path:
    """The folder beside `target` that is filled first."""
    return target.with_name(f".partial-{target.name}")


def empty_folder(target: Path) -> Path:
    """An empty folder beside `target`, to be filled and put in its place. What a stopped set-up left there is gone."""
    partial = partial_folder(target)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    return partial


def replace_folder(target: Path, partial: Path) -> None:
    """Put `partial` where `target` is, readable for everybody: OpenSearch runs as another user when we are root."""
    for path in (partial, *partial.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            readable = mode | 0o444 | (0o111 if path.is_dir() or mode & 0o100 else 0)
            path.chmod(readable)
    old = target.with_name(f".old-{target.name}")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    partial.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def link(path: Path, to: Path) -> None:
    """A symbolic link at `path`, in one go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}-{os.getpid()}")
    partial.unlink(missing_ok=True)
    partial.symlink_to(to)
    partial.replace(path)


def write_command(path: Path, script: str) -> None:
    """An executable script at `path`, in one go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}-{os.getpid()}")
    partial.write_text(script)
    partial.chmod(0o755)
    partial.replace(path)
