"""Many calls, at most a fixed number of them at once."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait


class SideBySide:
    """Threads that are kept for the next batch."""

    def __init__(self, name: str, count: int) -> None:
        """Run at most `count` calls at once."""
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    def run[Work, Result](self, call: Callable[[Work], Result], works: Sequence[Work]) -> Iterator[Result]:
        """Yield `call(work)` for each of `works` as they end, in any order; raise what a call raises.

        However it ends, no call is left under way: what has begun is waited for, what has not never begins.
        """
        calls = [self._threads.submit(call, work) for work in works]
        try:
            for done in as_completed(calls):
                yield done.result()
        finally:
            for waiting in calls:
                waiting.cancel()
            wait(calls)
