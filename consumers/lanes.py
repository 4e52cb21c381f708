"""Deliver in parallel and in order at once: each document has one lane, lanes run side by side."""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from queue import SimpleQueue
from zlib import crc32

from stream_processor.change import Change
from stream_processor.consumer import Answer


def lanes(changes: Sequence[Change], count: int) -> list[list[Change]]:
    """Deal changes out to at most `count` lanes: a document's changes into one, in their order; none is empty."""
    dealt: list[list[Change]] = [[] for _ in range(count)]
    for change in changes:
        dealt[crc32(change.document_id.encode()) % count].append(change)
    return [lane for lane in dealt if lane]


class Lanes:
    """Threads that are kept for the next batch."""

    def __init__(self, name: str, count: int) -> None:
        """Run at most `count` lanes at once."""
        self._threads = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    def run(
        self, dealt: Sequence[list[Change]], deliver: Callable[[list[Change]], Iterator[Answer]]
    ) -> Generator[Answer]:
        """Yield the answers of all lanes as they come.

        Ends when every lane has: a caller that is still in here is known to have calls under way. What a lane
        raises is raised here, after the answers of all lanes.
        """
        if len(dealt) == 1:
            yield from deliver(dealt[0])
            return
        answers: SimpleQueue[Answer | None] = SimpleQueue()

        def run_lane(lane: list[Change]) -> None:
            try:
                for answer in deliver(lane):
                    answers.put(answer)
            finally:
                answers.put(None)

        running = [self._threads.submit(run_lane, lane) for lane in dealt]
        try:
            ended = 0
            while ended < len(running):
                answer = answers.get()
                if answer is None:
                    ended += 1
                else:
                    yield answer
        finally:
            wait(running)  # also when the caller stops listening: a call under way is not left behind unseen
        for lane in running:
            lane.result()
