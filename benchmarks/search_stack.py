"""Real engines for the search benchmarks, and work done in a process of its own, so that its memory can be told."""

import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from fanout_local.environment import stack_environment
from fanout_local.reporter import SilentReporter
from fanout_local.stack import StackOptions, supervised_stack
from stream_processor.adapters.aws_clients import AwsClients
from stream_processor.environment import Environment

INSTANCE = "bench-search"
MEMORY_DISK = Path("/dev/shm")
"""On a disk, DynamoDB Local waits for it at each write: 100,000 documents take a quarter of an hour."""
TABLE, ALIAS, LEDGER = "documents", "documents", "ledger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """Where the engines are.

    Attributes:
        variables: settings of `consumers.search_index.upkeep.Upkeep`, and what boto3 reads.

    """

    variables: dict[str, str]

    def environment(self) -> Environment:
        """Return the settings."""
        return Environment(self.variables)

    def aws(self) -> AwsClients:
        """Return clients of DynamoDB Local itself."""
        import boto3

        session = boto3.session.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=self.variables["AWS_REGION"]
        )
        return AwsClients(
            read_timeout_s=60, attempts=3, session=session, endpoint=self.variables["AWS_ENDPOINT_URL_DYNAMODB"]
        )


@contextmanager
def engines() -> Iterator[Engines]:
    """Fresh engines for as long as the block runs; where there is a memory disk, their data lies in it."""
    with TemporaryDirectory(dir=MEMORY_DISK if MEMORY_DISK.is_dir() else None) as folder, ExitStack() as exits:
        local = Path(folder)
        local.chmod(0o755)  # OpenSearch runs as nobody
        options = StackOptions(instance=INSTANCE, fresh=True, local=local)
        _, stack = exits.enter_context(supervised_stack(options, SilentReporter()))
        yield Engines(
            variables={
                **stack_environment(stack),
                "AWS_ENDPOINT_URL_DYNAMODB": stack.endpoints.dynamodb,
                "FANOUT_STAGE": "bench",
                "FANOUT_SEARCH_ENDPOINT": stack.endpoints.opensearch,
                "FANOUT_SEARCH_INDEX": ALIAS,
                "FANOUT_SEARCH_AUTH": "none",
                "FANOUT_DOCUMENTS_TABLE": TABLE,
                "FANOUT_LEDGER_TABLE": LEDGER,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What work in a process of its own gave.

    Attributes:
        peak_bytes: its largest memory, above that of an interpreter that has done nothing.
        answer: what it returned.

    """

    peak_bytes: int
    answer: float


def in_a_process(work: Callable[[Engines], float], where: Engines) -> Worked:
    """Run `work` in a new interpreter."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_work, work, where).result()


def _work(work: Callable[[Engines], float], where: Engines) -> Worked:
    answer = work(where)
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Worked(peak_bytes=peak_bytes - bare_interpreter_bytes(), answer=answer)


def bare_interpreter_bytes() -> int:
    """Return the memory of an interpreter that has done nothing."""
    with psutil.Popen([sys.executable, "-c", "input()"], stdin=-1) as process:
        bytes_ = int(process.memory_info().rss)
        process.communicate(b"\n")
    return bytes_
