"""Steps that tests make."""

from collections.abc import Callable, Sequence
from pathlib import Path

from installation.command import Command
from installation.step import Step


def make_step(
    folder: Path,
    name: str,
    run: Callable[[Command], None] = lambda _: None,
    *,
    inputs: Sequence[Path | str] = (),
    needs: Sequence[str] = (),
    outputs: Sequence[Path] = (),
    disk_bytes: int = 0,
) -> Step:
    """A step whose stamp lies in `folder`."""
    return Step(
        name=name,
        title=f"the step {name}",
        run=run,
        inputs=tuple(inputs),
        needs=tuple(needs),
        outputs=tuple(outputs),
        stamp=folder / "stamps" / name,
        disk_bytes=disk_bytes,
    )
