"""usage: python -m installation [STEP...]

Does all of set-up, or just these steps and what they need. Run by Python 3.13.
"""

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from installation.failure import SetupError
from installation.layout import read_layout
from installation.progress import Progress
from installation.set_up import set_up, wanted_steps
from installation.steps import declare_steps

INTERRUPTED = 130


def main(names: list[str]) -> int:
    """Set up; the exit code. All that goes wrong is told in a few lines: what, why, what to do."""
    signal.signal(signal.SIGTERM, _interrupt)
    # OpenSearch runs as another user when we are root, and must be able to read what we make.
    os.umask(0o022)
    progress = Progress()
    try:
        layout = read_layout(Path(__file__).resolve().parents[1])
        steps = declare_steps(layout, Path(sys.executable))
        set_up(wanted_steps(steps, names), layout, progress)
    except SetupError as error:
        sys.stderr.write(f"\nSet-up has stopped. {error.what}\n{error.remedy}\n")
        if error.log:
            sys.stderr.write(f"All that was printed: {error.log}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nSet-up was interrupted. Run the same command again: it goes on from here.\n")
        return INTERRUPTED
    return 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
