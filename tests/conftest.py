"""What integration tests share: one local stack for the whole session."""

import os
from collections.abc import Iterator

import pytest

from fanout_local.environment import stack_environment
from fanout_local.stack import running_stack
from fanout_local.state import StackState
from stream_processor.adapters.aws_clients import AwsClients


@pytest.fixture(scope="session")
def stack() -> Iterator[StackState]:
    """The real engines, fresh, with nothing deployed; boto3 finds them by this process's environment."""
    before = dict(os.environ)
    with running_stack(instance=os.environ.get("FANOUT_TEST_INSTANCE", "test"), fresh=True) as state:
        os.environ.update(stack_environment(state))
        try:
            yield state
        finally:
            os.environ.clear()
            os.environ.update(before)


@pytest.fixture(scope="session")
def aws(stack: StackState) -> AwsClients:
    """The functions' own clients, against the stack; LocalStack takes its time over the first call of a service."""
    return AwsClients(read_timeout_s=60)
