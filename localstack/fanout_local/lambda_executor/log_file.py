"""The file that takes what a function's processes print."""

import codecs
from pathlib import Path


class LogFile:
    """Everything that one environment logs, in order; each part of it is read once.

    What is printed between two invocations is read with the next one, so nothing is lost.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()
        self._read_bytes = 0
        # A character that was written only in part stays for the next reading.
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def write(self, text: str) -> None:
        """Add lines of our own, after what the process has printed by now."""
        with self.path.open("ab") as file:
            file.write(text.encode())

    def read_new(self) -> str:
        """What came since the last reading."""
        with self.path.open("rb") as file:
            file.seek(self._read_bytes)
            new = file.read()
        self._read_bytes += len(new)
        return self._decoder.decode(new)

    def read_all(self) -> str:
        """The whole log, without marking it as read."""
        return self.path.read_text(encoding="utf-8", errors="replace")
