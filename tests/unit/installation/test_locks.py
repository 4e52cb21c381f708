"""Two set-ups do not work in one folder at a time."""

import signal
import subprocess
import sys
from pathlib import Path

from installation.locks import locked

HOLD = """
import subprocess, sys
from pathlib import Path
from installation.locks import locked
with locked([Path(sys.argv[1])], print) as descriptors:
    child = subprocess.Popen(["cat"], pass_fds=descriptors)
    print("holding", flush=True)
    child.wait()
"""


def test_the_second_waits_until_what_the_first_started_has_ended(tmp_path: Path) -> None:
    """The lock outlives a set-up that was killed, for as long as a command of its lives."""
    checkout = Path(__file__).parents[3]
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=checkout,
    )
    assert first.stdin is not None
    assert first.stdout is not None
    assert first.stdout.readline() == "holding\n"
    first.send_signal(signal.SIGKILL)
    assert first.wait() == -signal.SIGKILL

    told: list[str] = []

    def tell(text: str) -> None:
        told.append(text)
        assert first.stdin is not None
        first.stdin.close()  # the command that is left now ends

    with locked([tmp_path], tell):
        pass
    first.stdout.close()
    assert told == [f"Another set-up (process {first.pid}) is at work in {tmp_path}; waiting for it."]


def test_a_free_lock_is_taken_without_a_word(tmp_path: Path) -> None:
    """Also again, after it was given back."""
    told: list[str] = []
    for _ in range(2):
        with locked([tmp_path / "new"], told.append) as descriptors:
            assert len(descriptors) == 1
    assert told == []
