"""What an instance keeps from one start to the next."""

import shutil

from fanout_local.errors import LocalStackError
from fanout_local.paths import InstanceFolder

LEAST_FREE_BYTES = 500_000_000


def make_ready(folder: InstanceFolder, *, fresh: bool) -> None:
    """Make the instance's folder ready for a start: what LocalStack left is of no use to the next one, and goes.

    With `fresh`, tables and indexes go too. Raises LocalStackError when that fails or the disk is nearly full.
    """
    forgotten = (folder.logs, folder.functions, folder.data if fresh else folder.data / "localstack")
    try:
        folder.state.unlink(missing_ok=True)
        for place in forgotten:
            if place.exists():
                shutil.rmtree(place)
        for place in (folder.logs, folder.data, folder.functions):
            place.mkdir(parents=True, exist_ok=True)
        free_bytes = shutil.disk_usage(folder.root).free
    except OSError as error:
        raise LocalStackError(
            f"The folder {folder.root} cannot be made ready: {error}.",
            remedy="Make room on the disk, or remove that folder as the user who owns it.",
        ) from error
    if free_bytes < LEAST_FREE_BYTES:
        raise LocalStackError(
            f"There are {free_bytes // 1_000_000} MB free on the disk of {folder.root}; "
            f"the local stack needs {LEAST_FREE_BYTES // 1_000_000} MB.",
            remedy="Make room on the disk and try again.",
        )
