"""The index of a deployed stage, for people's commands: its settings are those of the stage's own function."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError
from opensearchpy.exceptions import OpenSearchException

from consumers.search_index.upkeep import Upkeep
from deployment.outputs import DeployedStage, deployed_stage
from stream_processor.environment import Environment
from stream_processor.errors import FanoutError


@dataclass(frozen=True, slots=True, kw_only=True)
class StageIndex:
    """An index and what keeps it.

    Attributes:
        mapping_id: of the mapping from the stream to the function.
        invocation_s: the longest time-out of the functions that write to the index.

    """

    upkeep: Upkeep
    stage: DeployedStage
    mapping_id: str
    invocation_s: float


def stage_index(stage: str, instance: str) -> StageIndex:
    """Return the index of a stage.

    Raises:
        FanoutError: it is not deployed, or cannot be asked.

    """
    deployed = deployed_stage(stage, instance)
    functions = [deployed.output(name) for name in ("StreamProcessorFunctionName", "RetryWorkerFunctionName")]
    with told_plainly():
        found = [deployed.functions.get_function_configuration(FunctionName=name) for name in functions]
    return StageIndex(
        upkeep=Upkeep(Environment(found[0]["Environment"]["Variables"]), deployed.aws),
        stage=deployed,
        mapping_id=deployed.output("StreamMappingId"),
        invocation_s=max(configuration["Timeout"] for configuration in found),
    )


@contextmanager
def told_plainly() -> Iterator[None]:
    """Turn what OpenSearch or AWS answers into an error that a person can read."""
    try:
        yield
    except OpenSearchException as error:
        raise FanoutError(
            f"OpenSearch: {error}\nIs it there (`fanout index status`), and may you do this? The endpoint stands "
            "in the function's FANOUT_SEARCH_ENDPOINT"
        ) from error
    except (ClientError, BotoCoreError) as error:
        raise FanoutError(f"AWS: {error}\nAre account, region and permissions the right ones?") from error
