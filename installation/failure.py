"""What went wrong, in words: a cause and a remedy for the ways in which downloads and installers fail."""

import errno
import re
from dataclasses import dataclass
from pathlib import Path

LOG_TAIL_BYTES = 20_000


class SetupError(Exception):
    """Set-up cannot go on. `remedy` says what to do; `log` holds all that was printed."""

    def __init__(self, what: str, *, remedy: str, log: Path | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.log = log


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A way to fail, known by what the tools print (uv, pip, npm, jgo) when it happens."""

    pattern: re.Pattern[str]
    what: str
    remedy: str


def _cause(pattern: str, what: str, remedy: str) -> Cause:
    return Cause(pattern=re.compile(pattern, re.IGNORECASE), what=what, remedy=remedy)


NO_SPACE = _cause(
    r"no space left|ENOSPC|disk quota|EDQUOT|os error 28\b",
    "The disk is full.",
    "Free some space, or set FANOUT_CACHE to a folder on a bigger disk, and run the same command again.",
)
NO_PERMISSION = _cause(
    r"permission denied|EACCES|EPERM|read-only file system|EROFS",
    "A folder cannot be written to.",
    "Make the folder that the log names yours, or set FANOUT_CACHE to a folder of yours.",
)

# The first that fits is told, so the ones that look like others' consequences come first.
CAUSES = (
    NO_SPACE,
    NO_PERMISSION,
    _cause(
        r"hash mismatch|do not match the hashes|EINTEGRITY|wrong sha256",
        "What was downloaded is not what the lock says (wrong checksum).",
        "Run the same command again: it was thrown away. If it stays so, a proxy or mirror changes downloads.",
    ),
    _cause(
        r"certificate.verify.failed|invalid peer certificate|unknown ?issuer|unable to (get|verify) .*certificate"
        r"|self.signed certificate",
        "A server's certificate is not trusted.",
        "Behind a company proxy, name its certificates: SSL_CERT_FILE=/path/to/ca.pem (used for every download).",
    ),
    _cause(
        r"name resolution|name or service not known|nodename nor servname|dns error|failed to lookup|ENOTFOUND"
        r"|EAI_AGAIN|network is unreachable|connection (refused|reset|aborted)|ECONN|ETIMEDOUT|timed? ?out"
        r"|failed to establish|error sending request|unreachable|proxy",
        "A package registry cannot be reached.",
        "Check the network (and HTTPS_PROXY, if you need one), then run the same command again: it goes on from here.",
    ),
    _cause(
        r"no matching distribution|was not found in the package registry|no wheels with a matching|unsatisfiable|404",
        "A pinned package is not to be had for this machine.",
        "See the log for its name; on other platforms than Linux and macOS (x86-64 or arm64) Fanout is not tried.",
    ),
)


def explain(step: str, exit_code: int, log: Path) -> SetupError:
    """The error to show for a command of `step` that failed, its cause found in the end of its log."""
    text = _tail(log)
    for cause in CAUSES:
        if cause.pattern.search(text):
            return SetupError(f"{step}: {cause.what}", remedy=cause.remedy, log=log)
    if exit_code < 0:
        return SetupError(
            f"{step}: stopped by signal {-exit_code}{' (out of memory?)' if exit_code == -9 else ''}.",
            remedy="Run the same command again: it goes on from here.",
            log=log,
        )
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "it printed nothing")
    return SetupError(f"{step}: failed with exit code {exit_code}: {last[:200]}", remedy="See the log.", log=log)


def explain_os_error(step: str, error: OSError, log: Path | None = None) -> SetupError:
    """The error to show when the operating system refused something."""
    where = error.filename or "the checkout or its cache"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return SetupError(f"{step}: {NO_SPACE.what}", remedy=NO_SPACE.remedy, log=log)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return SetupError(
            f"{step}: {where} cannot be written to.",
            remedy="Make it yours, or set FANOUT_CACHE to a folder of yours.",
            log=log,
        )
    return SetupError(f"{step}: {error}", remedy="See the message, then run the same command again.", log=log)


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - LOG_TAIL_BYTES))
            return file.read().decode(errors="replace")
    except OSError:
        return ""
