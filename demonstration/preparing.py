"""From nothing to a deployed stack, a line a step; the same for `fanout demo` and `fanout dev`."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from botocore.exceptions import BotoCoreError, ClientError
from opensearchpy.exceptions import OpenSearchException

from consumers.search_index.index import create_index
from demonstration.deployed import Deployed
from demonstration.errors import DemonstrationError
from demonstration.screen import Screen
from deployment.deploying import deploy_stage
from fanout_local.environment import STAGE, stack_environment
from fanout_local.errors import AlreadyRunningError, LocalStackError
from fanout_local.paths import checkout, instance_folder
from fanout_local.stack import running_stack


@contextmanager
def deployed_stack(instance: str, screen: Screen, *, fresh: bool) -> Iterator[Deployed]:
    """A stack with everything deployed and the index made, for as long as the block runs.

    Raises:
        DemonstrationError: the stack does not start, or runs already.
        DeploymentError: osls or the artifact failed.

    """
    with ExitStack() as exits:
        try:
            with screen.step("local stack: DynamoDB Local, OpenSearch, LocalStack, gateway"):
                stack = exits.enter_context(running_stack(instance=instance, fresh=fresh))
        except AlreadyRunningError as error:
            raise DemonstrationError(
                f"{error.cause} One checkout runs `fanout {instance}` once at a time: wait for it to end, or stop it"
            ) from error
        except LocalStackError as error:
            raise DemonstrationError(str(error)) from error
        with screen.step(f"artifact built, deployed by osls to stage {STAGE}"):
            deploy_stage(STAGE, stack_environment(stack), checkout=checkout())
        deployed = Deployed(stack)
        with screen.step("search index and its alias"):
            create_index(deployed.search, deployed.names.search_index)
        try:
            yield deployed
        except (ClientError, BotoCoreError, OpenSearchException) as error:
            raise DemonstrationError(
                f"the stack does not answer as it should: {error}. Its logs: {instance_folder(instance).logs}"
            ) from error
        finally:
            with screen.step("local stack stopped"):
                exits.close()
