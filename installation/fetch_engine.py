"""usage: python -m installation.fetch_engine LOCK FOLDER -- the files of LOCK, checked, into FOLDER.

Runs in our virtual environment, for jgo: a Maven client in Python, so that neither Maven nor Java is needed.
An archive is unpacked. What was fetched before a stop is kept in FOLDER/.fetched until all is there.
"""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from hashlib import file_digest
from pathlib import Path
from zipfile import ZipFile

from jgo.maven import MavenContext

from installation.engine_lock import LockedFile, read_engine_lock

PARALLEL = 8
TIME_OUT_S = 60
TRIES = 3
FETCHED = ".fetched"
# Parts of OpenSearch that a local stack has no use for, 70 MB of them.
LEFT_OUT = ("modules/ingest-geoip/", "modules/transport-grpc/", "modules/opensearch-dashboards/", "lib/tools/")


def fetch_engine(lock: Path, folder: Path) -> None:
    """Fetch, check and unpack every file of `lock` into `folder`, telling how far it is."""
    files = read_engine_lock(lock)
    for left in folder.iterdir():
        if left.name != FETCHED:
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    fetched = folder / FETCHED
    context = MavenContext(repo_cache=fetched, timeout=TIME_OUT_S)
    total_bytes = sum(file.size_bytes for file in files)
    done_bytes = 0
    with ThreadPoolExecutor(PARALLEL) as pool:
        waiting = {pool.submit(_fetch, file, context): file for file in files}
        try:
            for count, future in enumerate(as_completed(waiting), start=1):
                _place(future.result(), folder)
                done_bytes += waiting[future].size_bytes
                print(
                    f"{count} of {len(files)} files, {done_bytes / 1e6:.0f} of {total_bytes / 1e6:.0f} MB", flush=True
                )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    shutil.rmtree(fetched)


def _fetch(file: LockedFile, context: MavenContext) -> Path:
    """The file, checked. Raises ValueError when what comes is another one, time and again."""
    artifact = context.project(file.group, file.name).at_version(file.version).artifact(packaging=file.kind)
    for _ in range(TRIES):
        path = Path(artifact.resolve())
        with path.open("rb") as content:
            if file_digest(content, "sha256").hexdigest() == file.sha256:
                return path
        path.unlink()  # jgo takes a file that was cut short for a good one
    raise ValueError(f"{file.name} {file.version}: wrong sha256")


def _place(path: Path, folder: Path) -> None:
    if path.suffix != ".zip":
        target = folder / path.name
        target.unlink(missing_ok=True)
        os.link(path, target)
        return
    with ZipFile(path) as archive:
        for member in archive.infolist():
            top, _, inside = member.filename.partition("/")
            if top and inside and not inside.startswith(LEFT_OUT):
                member.filename = inside
                archive.extract(member, folder)


if __name__ == "__main__":
    fetch_engine(Path(sys.argv[1]), Path(sys.argv[2]))
