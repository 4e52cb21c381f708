"""Why an engine did not start or ended, in words, from the end of its log."""

import re
import signal
from dataclasses import dataclass
from pathlib import Path

TAIL_LINES = 12
TAIL_BYTES = 64 * 1024
LINE_CHARACTERS = 200

SET_UP = "Run `make setup` and try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A cause in a sentence, and what to do about it."""

    sentence: str
    remedy: str


KNOWN: tuple[tuple[re.Pattern[str], Cause], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Cause(sentence=sentence, remedy=remedy))
    for pattern, sentence, remedy in (
        (
            r"address already in use|BindException|BindHttpException",
            "Its port is in use.",
            "Try again: another free port is taken, unless you name one with --port-...",
        ),
        (r"no space left on device", "The disk is full.", "Make room on the disk and try again."),
        (
            r"OutOfMemoryError|cannot allocate memory|insufficient memory",
            "There is not enough memory.",
            "Close other programs: the stack needs about 1.5 GB.",
        ),
        (
            r"Cannot start .*No such file|ModuleNotFoundError|ClassNotFoundException",
            "It is not installed whole.",
            SET_UP,
        ),
        (
            r"AccessDeniedException|permission denied|AccessControlException",
            "It may not read or write its files.",
            "See whose files lie in the instance's folder; `fanout-local up --fresh` makes them anew.",
        ),
    )
)


def log_end(log: Path, lines: int = TAIL_LINES, width: int = LINE_CHARACTERS) -> str:
    """The last lines of a log, those longer than `width` cut; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(line[:width] for line in text.splitlines()[-lines:])


def known_cause(log: Path, exit_code: int | None) -> Cause | None:
    """What the log's end or the exit code (negative: a signal) gives away."""
    text = log_end(log, lines=80)
    for pattern, cause in KNOWN:
        if pattern.search(text):
            return cause
    if exit_code == -signal.SIGKILL:
        return Cause(
            sentence="Something killed it (signal 9): a person, or the kernel when memory ran out.",
            remedy="`dmesg` tells whether memory ran out.",
        )
    return None
