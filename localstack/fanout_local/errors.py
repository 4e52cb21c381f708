"""Errors that a person is meant to read."""


class LocalStackError(Exception):
    """The local stack cannot do what was asked; says why and what to do about it."""

    def __init__(self, cause: str, *, remedy: str = "", detail: str = "") -> None:
        """`cause` is one sentence, `remedy` what to do, `detail` more lines (a log's end)."""
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.detail = detail

    def __str__(self) -> str:
        """Cause, detail and remedy, a paragraph each."""
        return "\n".join(part for part in (self.cause, self.detail, self.remedy) if part)


class NoStackError(LocalStackError):
    """No stack of that name runs."""


class AlreadyRunningError(LocalStackError):
    """A stack of that name runs already."""
