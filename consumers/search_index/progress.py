"""A backfill in one process: its segments in threads, one bar for all."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from consumers.search_index.backfill import Backfill, SegmentProgress


class Bar:
    """A progress bar that threads may move."""

    def __init__(self, progress: Progress, total: int, label: str) -> None:
        """Begin a bar; `total` may be a guess."""
        self._progress = progress
        self._task = progress.add_task(label, total=max(1, total))
        self._total = total
        self._done = 0

    def advance(self, count: int) -> None:
        """Move by `count`; beyond the guess the total grows along."""
        self._done += count
        self._total = max(self._total, self._done)
        self._progress.update(self._task, completed=self._done, total=max(1, self._total))


@contextmanager
def bar(total: int, label: str) -> Iterator[Bar]:
    """A bar on standard error for as long as the block runs: rate and time left with it."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield Bar(progress, total, label)


def run_segments(backfill: Backfill, segments: int, moving: Bar | None = None) -> Sequence[SegmentProgress]:
    """Work on all segments at once; return how far each is in the end.

    Raises:
        BackfillError, ClientError, BotoCoreError: what a segment raised; the others end with their page.

    """
    stopped = False

    def run(segment: int) -> SegmentProgress:
        progress = backfill.progress(segment, segments)
        scanned = 0
        for progress in backfill.segment(segment, segments):
            if moving:
                moving.advance(progress.scanned - scanned)
            scanned = progress.scanned
            if stopped:
                break
        return progress

    with ThreadPoolExecutor(segments, thread_name_prefix="segment") as threads:
        running = [threads.submit(run, segment) for segment in range(segments)]
        try:
            return [future.result() for future in as_completed(running)]
        finally:
            stopped = True
