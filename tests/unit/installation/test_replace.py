"""A folder is there whole or not at all."""

import os
from pathlib import Path

from installation.replace import empty_folder, link, replace_folder, write_command


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    """Nothing of the old one stays, nor of an attempt that was stopped."""
    target = tmp_path / "engine"
    for content in ("1", "2"):
        (empty_folder(target) / "left-over").touch()
        partial = empty_folder(target)
        (partial / content).write_text(content)
        replace_folder(target, partial)
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["engine", "engine/2"]


def test_everybody_can_read_a_folder_in_place(tmp_path: Path) -> None:
    """Also when it was made by somebody whose files are private: what is executable stays so, for all."""
    before = os.umask(0o077)
    try:
        partial = empty_folder(tmp_path / "engine")
        (partial / "bin").mkdir()
        (partial / "bin/java").touch(mode=0o700)
        (partial / "text").touch(mode=0o600)
        link(partial / "dangling", Path("nowhere"))
        replace_folder(tmp_path / "engine", partial)
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "engine").rglob("*") if path.exists()}
    assert modes == {"bin": 0o755, "java": 0o755, "text": 0o644}


def test_links_and_commands_are_replaced(tmp_path: Path) -> None:
    """The new one stands where the old one stood."""
    for number in ("1", "2"):
        link(tmp_path / "bin/link", Path(number))
        write_command(tmp_path / "bin/command", f"#!/bin/sh\necho {number}\n")
    assert (tmp_path / "bin/link").readlink() == Path("2")
    assert os.access(tmp_path / "bin/command", os.X_OK)
    assert {path.name for path in (tmp_path / "bin").iterdir()} == {"link", "command"}
