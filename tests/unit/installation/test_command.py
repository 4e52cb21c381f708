"""Commands run with one environment, and leave all they print in a log."""

from pathlib import Path

import pytest

from installation.command import CERTIFICATE_VARIABLES, Command, command_environment
from installation.failure import SetupError


def make_command(folder: Path) -> Command:
    """A step's commands."""
    return Command("the step", log=folder / "log", environment={"PATH": "/usr/bin:/bin"}, keep_open=())


def test_the_log_holds_the_commands_and_what_they_print(tmp_path: Path) -> None:
    """Both outputs, in order; `last_line` is the last of them."""
    run = make_command(tmp_path)
    run("sh", "-c", "echo one; echo two >&2")
    run("sh", "-c", "echo $WORD", WORD="three")
    assert run.log.read_text() == "$ sh -c echo one; echo two >&2\none\ntwo\n$ sh -c echo $WORD\nthree\n"
    assert run.last_line() == "three"


def test_a_failed_command_is_an_error(tmp_path: Path) -> None:
    """Nothing goes on after it."""
    with pytest.raises(SetupError, match="exit code 5: gone wrong"):
        make_command(tmp_path)("sh", "-c", "echo gone wrong; exit 5")


def test_no_command_outlives_a_stop(tmp_path: Path) -> None:
    """One that starts after it is ended at once."""
    run = make_command(tmp_path)
    run.stop()
    with pytest.raises(SetupError, match="signal 15"):
        run("sleep", "60")


def test_a_certificate_file_named_for_one_tool_is_every_tool_s() -> None:
    """What is named for a tool stays its own."""
    environment = command_environment({"PIP_CERT": "/a.pem", "NODE_EXTRA_CA_CERTS": "/b.pem"})
    assert {name: environment[name] for name in CERTIFICATE_VARIABLES} == {
        "SSL_CERT_FILE": "/a.pem",
        "PIP_CERT": "/a.pem",
        "REQUESTS_CA_BUNDLE": "/a.pem",
        "NODE_EXTRA_CA_CERTS": "/b.pem",
    }


def test_the_person_s_virtual_environment_is_not_passed_on() -> None:
    """Neither are the settings of their Python; a package index is."""
    environment = command_environment({"VIRTUAL_ENV": "/v", "PYTHONPATH": "/p", "PIP_INDEX_URL": "index", "HOME": "/h"})
    assert environment.keys().isdisjoint({"VIRTUAL_ENV", "PYTHONPATH"})
    assert environment["UV_DEFAULT_INDEX"] == "index"
    assert environment["HOME"] == "/h"
