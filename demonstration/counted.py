"""Numbers of things, for people."""


def counted(number: int, thing: str) -> str:
    """Return "1 document", "2 documents"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
