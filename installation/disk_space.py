"""Whether there is room, before anything is downloaded."""

import shutil
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from installation.failure import SetupError
from installation.layout import Layout
from installation.step import Step


def check_disk_space(steps: Iterable[Step], layout: Layout) -> None:
    """Raises SetupError when a disk has not the room that the steps to do take on it.

    Packages lie in the cache, and in the checkout too when that is on another disk (else as hard links).
    """
    needed: dict[int, int] = defaultdict(int)
    for step in steps:
        for device in {_existing(layout.cache).stat().st_dev, _existing(step.stamp).stat().st_dev}:
            needed[device] += step.disk_bytes
    folders = {folder.stat().st_dev: folder for folder in (_existing(layout.local), _existing(layout.cache))}
    for device, needed_bytes in needed.items():
        free_bytes = shutil.disk_usage(folders[device]).free
        if free_bytes < needed_bytes:
            raise SetupError(
                f"Not enough disk space: set-up takes about {_megabytes(needed_bytes)} on the disk of "
                f"{folders[device]}, where {_megabytes(free_bytes)} are free.",
                remedy="Free some, or set FANOUT_CACHE to a folder on a bigger disk (most of it goes there).",
            )


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.exists())


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:,.0f} MB"
