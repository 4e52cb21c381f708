"""Several calls at once, at most a fixed number in flight."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

LANES = 8


def in_lanes[Work, Result](
    call: Callable[[Work], Result], works: Sequence[Work], *, lanes: int = LANES
) -> Iterator[Result]:
    """Yield `call(work)` for each of `works` as they end, in any order; a single one runs on the caller's thread.

    Raises:
        Exception: what a call raised; calls that have not begun are then left out.

    """
    if len(works) == 1:
        yield call(works[0])
        return
    pool = ThreadPoolExecutor(max_workers=min(lanes, max(1, len(works))), thread_name_prefix="lane")
    try:
        for future in as_completed([pool.submit(call, work) for work in works]):
            yield future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
