"""Logs: the ends that errors show, and what `fanout-local logs` prints."""

import signal
from pathlib import Path

import pytest
from small_engines import empty_instance

from fanout_local.errors import LocalStackError
from fanout_local.failure_causes import known_cause, log_end
from fanout_local.log_tail import LogFollower, choose_logs, last_lines


def test_the_end_of_a_log_is_short(tmp_path: Path) -> None:
    """Only the last lines are shown, and a long one is cut, so that an error fits one screen."""
    log = tmp_path / "a.log"
    log.write_text("\n".join(["early", *["x" * 500] * 30]))
    lines = log_end(log).splitlines()
    assert len(lines) == 12
    assert {len(line) for line in lines} == {200}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("OSError: [Errno 98] Address already in use", "port is in use"),
        ("java.net.BindException: Adresse déjà utilisée", "port is in use"),
        ("java.io.IOException: No space left on device", "disk is full"),
        ("Cannot start /x/java: [Errno 2] No such file or directory", "not installed whole"),
        ("java.lang.OutOfMemoryError: Java heap space", "not enough memory"),
        ("java.nio.file.AccessDeniedException: /x", "may not read"),
    ],
)
def test_known_causes_are_told_in_words(tmp_path: Path, line: str, told: str) -> None:
    """What engines print when they cannot start is translated."""
    log = tmp_path / "a.log"
    log.write_text(f"starting\n{line}\nat x.y.z\n")
    cause = known_cause(log, 1)
    assert cause is not None
    assert told in cause.sentence


def test_a_kill_is_told_and_nothing_is_made_up(tmp_path: Path) -> None:
    """Signal 9 without a word is a kill; an exit code alone has no known cause."""
    log = tmp_path / "a.log"
    log.write_text("all is well\n")
    killed = known_cause(log, -signal.SIGKILL)
    assert killed is not None
    assert "signal 9" in killed.sentence
    assert known_cause(log, 1) is None


def test_following_hands_out_whole_lines_once(tmp_path: Path) -> None:
    """What was there is skipped, half a line waits, a log that appears or begins anew is read from its start."""
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    first.write_text("old\n")
    follower = LogFollower(lambda: sorted(tmp_path.glob("*.log")))
    with first.open("a") as file:
        file.write("new\nha")
    assert list(follower.new_lines()) == [("first", "new")]
    with first.open("a") as file:
        file.write("lf\n")
    second.write_text("hello\n")
    assert list(follower.new_lines()) == [("first", "half"), ("second", "hello")]
    first.write_text("a\n")
    assert list(follower.new_lines()) == [("first", "a")]


def test_a_log_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    """A wrong name gets the right ones."""
    folder = empty_instance(tmp_path)
    (folder.logs / "dynamodb.log").write_text("one\ntwo\n")
    with pytest.raises(LocalStackError, match="no log 'dynamo'") as caught:
        choose_logs(folder, "dynamo")
    assert "dynamodb" in caught.value.remedy
    assert list(last_lines(choose_logs(folder, None), 1)) == [("dynamodb", "two")]
